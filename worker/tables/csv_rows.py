"""CSV as RFC 4180 has it, read into the same scanned rows as JSON: an empty cell is a missing value."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from worker.contract.errors import ErrorCode, ProblemCode
from worker.contract.signature import Feature, FeatureType, Signature
from worker.tables.errors import InputRefused, Tally
from worker.tables.json_scan import NotFinite, NumberText, ScannedRow
from worker.tables.wording import nearest, shown

_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_NOT_FINITE: Final = frozenset({"nan", "inf", "infinity"})
_BOOLEANS: Final = {"true": True, "false": False}
_HEADER_HINT: Final = "The first line must name the features, separated by commas."


class CsvRows:
    """The rows of one CSV text: the header is checked at once, each row as it is asked for."""

    def __init__(self, text: str, signature: Signature) -> None:
        self._signature = signature
        self._lines = csv.reader(io.StringIO(text, newline=""), strict=True)
        self.names = self._header()
        by_name = {feature.name: feature for feature in signature.features}
        self._features = [by_name[name] for name in self.names]

    def rows(self) -> Iterator[ScannedRow]:
        """Yield the rows with their names; a row of another length than the header comes as a bare list."""
        empty = 0
        while (cells := self._next()) is not None:
            if not cells and len(self.names) > 1:
                empty += 1  # an empty line ends a file; in the middle of one it is a row too short
                continue
            for _ in range(empty):
                yield ScannedRow(columns=len(self.names))
            empty = 0
            yield self._scanned(cells or [""])

    def _scanned(self, cells: list[str]) -> ScannedRow:
        if len(cells) != len(self.names):
            return ScannedRow(values=list(cells), columns=len(self.names))
        values = [cell_value(feature, cell) for feature, cell in zip(self._features, cells, strict=True)]
        return ScannedRow(values=values, names=self.names)

    def _next(self) -> list[str] | None:
        try:
            return next(self._lines, None)
        except csv.Error as error:
            message = f"The body is not CSV: line {self._lines.line_num}: {error}."
            raise InputRefused(ErrorCode.INVALID_INPUT, message, "Write the body with a CSV library.") from error

    def _header(self) -> list[str]:
        names = self._next()
        if not names:
            raise InputRefused(ErrorCode.INVALID_INPUT, "The CSV has no header.", _HEADER_HINT)
        known = self._signature.names
        unknown = [name for name in names if name not in known]
        if unknown:
            tally = Tally(1, {("", ProblemCode.UNKNOWN_FEATURE.value): 1})
            raise _unknown_columns(names, unknown, known).counted(tally)
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            message = f"The CSV has the column {shown(twice)} more than once."
            raise InputRefused(ErrorCode.INVALID_INPUT, message, "Name each column once.")
        absent = [f.name for f in self._signature.features if f.required and f.name not in names]
        if absent:
            message = f"The CSV lacks {_columns(absent)}."
            tally = Tally(1, {(name, ProblemCode.MISSING.value): 1 for name in absent})
            raise InputRefused(ErrorCode.INVALID_INPUT, message, _HEADER_HINT).counted(tally)
        return names


def cell_value(feature: Feature, cell: str) -> Any:  # noqa: ANN401  # as scanned JSON
    """Return a cell as the JSON value that says the same: None for an empty cell."""
    if cell == "":
        return None
    if feature.type in (FeatureType.NUMBER, FeatureType.INTEGER):
        if _NUMBER.fullmatch(cell):
            return NumberText(cell)
        return NotFinite(cell) if is_not_finite(cell) else cell
    if feature.type is FeatureType.BOOLEAN:
        return _BOOLEANS.get(cell, cell)
    return cell


def is_not_finite(cell: str) -> bool:
    """Return whether a cell says that a number is infinite or none."""
    return cell.lstrip("+-").lower() in _NOT_FINITE


def _columns(names: Sequence[str]) -> str:
    listed = ", ".join(shown(name) for name in names[:10])
    more = f" and {len(names) - 10:,} more" if len(names) > 10 else ""
    return f"{'the column' if len(names) == 1 else 'the columns'} {listed}{more}"


def _unknown_columns(names: list[str], unknown: list[str], known: tuple[str, ...]) -> InputRefused:
    message = f"The CSV has {_columns(unknown)}, which the model does not know."
    for separator, word in ((";", "semicolons"), ("\t", "tabs")):
        if len(names) == 1 and separator in names[0]:
            hint = f"The columns seem to be separated by {word}: separate them by commas."
            return InputRefused(ErrorCode.INVALID_INPUT, message, hint)
    like = nearest(unknown[0], known)
    hint = f"The nearest known column to {shown(unknown[0])} is {shown(like)}." if like else _HEADER_HINT
    return InputRefused(ErrorCode.INVALID_INPUT, message, hint)
