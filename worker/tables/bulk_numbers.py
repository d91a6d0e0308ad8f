"""Whole columns of numbers: a few tests of all values at once tell whether any needs to be judged by itself."""

from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from worker.contract.errors import ProblemCode
from worker.contract.signature import INTEGER_MAX, Feature, FeatureType
from worker.tables.cells import Cells
from worker.tables.judged import Judged, Mask, some
from worker.tables.values import Unfit
from worker.tables.written_cells import MISSING_WORDS, CellRules, check_cell
from worker.tables.written_numbers import SPACES, read_numbers

Floats = npt.NDArray[np.float64]

_MISSING: Final = ("", *MISSING_WORDS)
_NEGATIVE_ZERO: Final = np.iinfo(np.int64).min
"""The bits of -0.0, read as an integer: the least that there is."""

_TEXT_EXACT_MAX: Final = 16
"""Of so many characters, a text that reads as a whole double other than 0 is that whole number: a double tells all
decimals of 15 digits apart, and 16 without a point are whole. `3.00000000000000000001` is longer."""


class NumberJudge:
    """Judges columns of one feature that is a number or an integer."""

    def __init__(self, feature: Feature, rules: CellRules) -> None:
        self._feature = feature
        self._rules = rules
        self._is_integer = feature.type is FeatureType.INTEGER
        self._limit = min(rules.number_max, float(INTEGER_MAX))

    def judge(self, cells: Cells) -> Judged:
        """Return the column: float64, NaN where a cell is missing."""
        numbers = self._read(cells)
        values = numbers.to_numpy()
        has_nulls = numbers.null_count() > 0
        is_plain = self._are_plain(numbers.drop_nulls().to_numpy() if has_nulls else values, values, cells)
        if is_plain and not has_nulls:
            return Judged(values, None, self._outside(values))
        missing, wrong = self._without_doubt(numbers, values, cells)
        if not is_plain:
            values = np.array(values)
            self._judge_doubtful(values, missing, wrong, cells)
        if self._feature.required:
            wrong |= missing
        outside = self._outside(values)
        return Judged(values, some(wrong), None if outside is None else some(outside & ~wrong))

    def _read(self, cells: Cells) -> pl.Series:
        numbers = cells.numbers
        if numbers is None:
            return read_numbers(cells.text(), self._rules.decimal)
        if cells.exact or not numbers.null_count():
            return numbers
        left = numbers.is_null()
        text = cells.text().filter(left)
        if not (text != "").any():
            return numbers
        return numbers.clone().scatter(left.arg_true(), read_numbers(text, self._rules.decimal))

    def _are_plain(self, present: Floats, values: Floats, cells: Cells) -> bool:
        """Return whether all that is there is taken as it is; `values` are the same, NaN where nothing is."""
        if not len(present):
            return True
        if not (-self._limit < present.min() and present.max() < self._limit):  # not so where one is NaN either
            return False
        if not self._is_integer:
            return cells.exact or bool(present.view(np.int64).min() != _NEGATIVE_ZERO)
        return bool((present == np.floor(present)).all()) and (cells.exact or not _hide_digits(values, cells).any())

    def _without_doubt(self, numbers: pl.Series, values: Floats, cells: Cells) -> tuple[Mask, Mask]:
        """Return which rows are missing and which are wrong for certain, whatever is doubtful besides."""
        if cells.exact:
            missing = np.isnan(values)
            wrong = np.zeros(len(values), np.bool_)
        else:
            null = numbers.is_null().to_numpy()
            missing = null.copy()
            missing[null] = _are_missing(cells.text().filter(numbers.is_null()))
            wrong = null & ~missing
        if self._is_integer:
            wrong |= np.isfinite(values) & (values != np.floor(values))
        return missing, wrong

    def _judge_doubtful(self, values: Floats, missing: Mask, wrong: Mask, cells: Cells) -> None:
        """Judge what is doubtful cell by cell; write into the three arrays what comes out."""
        doubtful = self._doubtful(values, cells) & ~missing & ~wrong
        rows = np.flatnonzero(doubtful)
        known: dict[str, float | None] = {}
        for row, cell in zip(rows.tolist(), cells.text().gather(rows).to_list(), strict=True):
            if cell not in known:
                known[cell] = self._judged(cell)
            value = known[cell]
            if value is None:
                wrong[row] = True
            else:
                values[row] = value
                missing[row] = value != value  # noqa: PLR0124  # NaN

    def _judged(self, cell: str) -> float | None:
        """Return the number, NaN for a missing one, None if the cell is wrong."""
        try:
            value = check_cell(self._feature, cell, self._rules)
        except Unfit as unfit:
            return np.nan if unfit.code is ProblemCode.MISSING else None
        return np.nan if value is None else float(value)

    def _doubtful(self, values: Floats, cells: Cells) -> Mask:
        size = np.abs(values)
        doubtful: Mask = ~(size <= self._rules.number_max)
        if self._is_integer:
            doubtful |= size >= INTEGER_MAX
            if not cells.exact:
                doubtful |= _hide_digits(values, cells)
            return doubtful
        special = (size >= INTEGER_MAX) | (values.view(np.int64) == _NEGATIVE_ZERO)
        doubtful |= special & ~cells.text().str.contains("[.,eE]").to_numpy()
        return doubtful

    def _outside(self, values: Floats) -> Mask | None:
        minimum, maximum = self._feature.minimum, self._feature.maximum
        if minimum is None or maximum is None:
            return None
        return some((values < minimum) | (values > maximum))


def _are_missing(text: pl.Series) -> Mask:
    empty = text == ""
    if not empty.all():
        empty = text.str.strip_chars(SPACES).is_in(_MISSING)
    missing: Mask = empty.to_numpy()
    return missing


def _hide_digits(values: Floats, cells: Cells) -> Mask:
    """Return where the text of a whole number may say more than the double does."""
    text = cells.text()
    mask: Mask = (values == 0) & ~(text == "0").to_numpy()
    mask |= (text.str.len_chars() > _TEXT_EXACT_MAX).to_numpy()
    return mask
