"""Whole columns against their features: vectorised, with the meaning that `check_cell` gives to each cell."""

from typing import Any, Final

import numpy as np
import polars as pl

from worker.contract.signature import Feature, FeatureType
from worker.tables.bulk_numbers import NumberJudge
from worker.tables.cells import Cells
from worker.tables.columns import column_dtype
from worker.tables.judged import Judged, some
from worker.tables.table import Column
from worker.tables.written_cells import FALSE_WORDS, MISSING_WORDS, TRUE_WORDS, CellRules, check_cell, has_list
from worker.tables.written_numbers import SPACES

_MISSING: Final = ("", *MISSING_WORDS)
_NUMERIC: Final = (FeatureType.NUMBER, FeatureType.INTEGER)


class ColumnJudge:
    """Judges columns and cells of one feature."""

    def __init__(self, feature: Feature, *, number_max: float, decimal: str) -> None:
        self.feature = feature
        self._rules = CellRules(number_max, decimal)
        self._plain_rules = CellRules(number_max, decimal, suggests=False)
        self._dtype = column_dtype(feature)
        self._categories = tuple(dict.fromkeys(filter(None, feature.categories or ())))
        self._numbers = NumberJudge(feature, self._rules)

    def check(self, cell: str, *, suggests: bool = True) -> Any:  # noqa: ANN401  # what a table may hold
        """Return the value of one cell. Raise Unfit, with the nearest category only if it `suggests` one."""
        return check_cell(self.feature, cell, self._rules if suggests else self._plain_rules)

    def judge(self, cells: Cells) -> Judged:
        """Return a column as the table takes it, but for its type: `finished` gives it that."""
        if self.feature.type in _NUMERIC:
            return self._numbers.judge(cells)
        if self.feature.type is FeatureType.BOOLEAN:
            return self._booleans(cells.text())
        return self._listed(cells.text()) if has_list(self.feature) else self._texts(cells.text())

    def absent(self, count: int) -> Judged:
        """Return the column of a feature that the file does not have."""
        values = np.full(count, None, np.object_) if self._dtype.kind == "O" else np.zeros(count)
        if self._dtype.kind == "f":
            values[:] = np.nan
        return Judged(values, np.ones(count, np.bool_) if self.feature.required else None)

    def finished(self, values: Column) -> Column:
        """Return values, none of them wrong, as a column that a table may keep."""
        return np.array(values, self._dtype)

    def _booleans(self, text: pl.Series) -> Judged:
        stripped = text.str.strip_chars(SPACES)
        lower = stripped.str.to_lowercase()
        true, false = lower.is_in(TRUE_WORDS).to_numpy(), lower.is_in(FALSE_WORDS).to_numpy()
        unknown = ~(true | false)
        if not unknown.any():
            return Judged(true)
        values = true.astype(np.object_)
        values[unknown] = None
        if self.feature.required:
            return Judged(values, unknown)
        return Judged(values, some(unknown & ~stripped.is_in(_MISSING).to_numpy()))

    def _listed(self, text: pl.Series) -> Judged:
        codes = text.cast(pl.Enum(self._categories), strict=False).to_physical()
        values = np.array([*self._categories, None], dtype=np.object_)
        if not codes.null_count():
            return Judged(values[codes.to_numpy()])
        unknown = codes.is_null().to_numpy()
        column = values[codes.cast(pl.UInt32).fill_null(len(self._categories)).to_numpy()]
        if self.feature.required:
            return Judged(column, unknown)
        return Judged(column, some(unknown & ~text.is_in(_MISSING).to_numpy()))

    def _texts(self, text: pl.Series) -> Judged:
        values, empty = np.array(text.to_numpy(), np.object_), (text == "").to_numpy()
        values[empty] = None
        return Judged(values, some(empty) if self.feature.required else None)
