"""Rows as they were scanned against a signature: values for the table, every problem noted."""

from collections.abc import Iterable, Sequence
from typing import Any

from worker.contract.errors import ErrorCode, ProblemCode
from worker.contract.signature import Signature
from worker.tables.errors import InputRefused
from worker.tables.json_scan import ScannedRow
from worker.tables.problems import Problems
from worker.tables.values import Unfit, convert
from worker.tables.wording import shown


class RowChecker:
    """Checks scanned rows of one signature; at most `row_limit` of them, numbers up to `number_max`."""

    def __init__(self, signature: Signature, row_limit: int, number_max: float) -> None:
        self._features = signature.features
        self._names = signature.names
        self._positions = {name: position for position, name in enumerate(signature.names)}
        self._row_limit = row_limit
        self._number_max = number_max

    def check(self, rows: Iterable[ScannedRow], problems: Problems) -> list[list[Any]]:
        """Return the values of all rows; they are worth something only if no problem was noted."""
        checked: list[list[Any]] = []
        for number, row in enumerate(rows, 1):
            if number > self._row_limit:
                raise too_many_rows(self._row_limit)
            problems.begin_row(number)
            checked.append(self._check_row(row, problems))
        if not checked:
            raise no_rows()
        return checked if not problems else []

    def _check_row(self, row: ScannedRow, problems: Problems) -> list[Any]:
        if row.is_value:
            message = f"Each row must be an object or a list, got {shown(row.values[0])}."
            problems.add(None, ProblemCode.WRONG_TYPE, message, {"value": shown(row.values[0])})
            return []
        if row.names is not None:
            return self._check_object(row, row.names, problems)
        expected = len(self._features) if row.columns is None else row.columns
        if len(row.values) != expected and not row.container:
            problems.add_length(len(row.values), expected, truncated=row.unfinished)
            return []
        return self._convert(row.values, problems, absent=frozenset())

    def _check_object(self, row: ScannedRow, names: list[str], problems: Problems) -> list[Any]:
        values: list[Any] = [None] * len(self._features)
        seen: set[str] = set()
        for name, value in zip(names, row.values, strict=True):
            position = self._positions.get(name)
            if position is None:
                problems.add_unknown(name, self._names)
            elif name in seen:
                problems.add_duplicate(name)
            else:
                values[position] = value
            seen.add(name)
        absent = frozenset(self._positions[name] for name in self._names if name not in seen)
        return self._convert(values, problems, absent=absent, unfinished=row.container or row.unfinished)

    def _convert(
        self, values: Sequence[Any], problems: Problems, *, absent: frozenset[int], unfinished: bool = False
    ) -> list[Any]:
        converted: list[Any] = []
        for position, (feature, value) in enumerate(zip(self._features, values, strict=False)):
            if position in absent and (feature.required or unfinished):
                if not unfinished:
                    problems.add_missing(feature.name)
                continue
            try:
                converted.append(convert(feature, value, self._number_max))
            except Unfit as unfit:
                problems.add_unfit(feature.name, unfit)
        return converted


def too_many_rows(row_limit: int) -> InputRefused:
    """Return the error for a body with more rows than one request may have."""
    message = f"The request has more than {row_limit:,} rows, the most that one request may have."
    return InputRefused(ErrorCode.TOO_MANY_ROWS, message, "Send the rows in several requests.")


def no_rows() -> InputRefused:
    """Return the error for a body without a row."""
    return InputRefused(ErrorCode.INVALID_INPUT, "The request has no rows.", "Send at least one row.")
