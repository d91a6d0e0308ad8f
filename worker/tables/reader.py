"""Reads request bodies against one signature: fast where all is well, carefully where it is not."""

from typing import Final

from worker.contract.errors import ErrorCode
from worker.contract.signature import Signature
from worker.tables.checked_rows import RowChecker, too_many_rows
from worker.tables.columns import TableBuilder
from worker.tables.compiled import CompiledRows
from worker.tables.csv_rows import CsvRows
from worker.tables.errors import InputRefused
from worker.tables.json_scan import RowScanner
from worker.tables.problems import Problems
from worker.tables.table import Table

ROW_LIMIT: Final = 1_000
"""Rows of one request to the online path, unless a reader is made with another limit."""

DOUBLE_MAX: Final = 1.7976931348623157e308
FLOAT_MAX: Final = 3.4028234663852886e38

_EXCESS_VALUES: Final = 20_000
"""So many values more than a right body could have are read, so as to count them, before reading stops."""


class RowReader:
    """Reads rows of one signature; made once for each version, used for each request.

    `number_max` is the largest number that the engine can hold: FLOAT_MAX where it computes with four-byte floats.
    """

    def __init__(self, signature: Signature, *, row_limit: int = ROW_LIMIT, number_max: float = DOUBLE_MAX) -> None:
        self.signature = signature
        self.row_limit = row_limit
        self._compiled = CompiledRows(signature)
        self._builder = TableBuilder(signature)
        self._checker = RowChecker(signature, row_limit, number_max)

    def read_json(self, body: bytes) -> Table:
        """Return the rows of `{"rows": [...]}`. Raise InputRefused with every problem found."""
        rows = self._compiled.read(body)
        if not rows:
            return self.read_json_carefully(body)
        if len(rows) > self.row_limit:
            raise too_many_rows(self.row_limit)
        return self._builder.build(rows)

    def read_json_carefully(self, body: bytes) -> Table:
        """Do the same as `read_json`, slower, and with the reasons for a refusal."""
        budget = self.row_limit * len(self.signature.features) + _EXCESS_VALUES
        scanner = RowScanner(_decoded(body, "JSON", ErrorCode.NOT_JSON), value_budget=budget)
        problems = Problems()
        rows = self._checker.check(scanner.rows(), problems)
        if problems:
            raise problems.refusal(truncated=scanner.truncated)
        return self._builder.build(rows)

    def read_csv(self, body: bytes) -> Table:
        """Return the rows of a CSV body whose header names the features in any order. Raise InputRefused."""
        problems = Problems()
        text = _decoded(body, "CSV", ErrorCode.INVALID_INPUT)
        try:
            csv_rows = CsvRows(text, self.signature)
        except InputRefused as refused:
            lines = min(len(text.splitlines()) - 1, self.row_limit)  # all below a header that does not fit
            raise refused.counted(refused.tally.of_all(lines)) from None
        rows = self._checker.check(csv_rows.rows(), problems)
        if problems:
            raise problems.refusal()
        return self._builder.build(rows)


def _decoded(body: bytes, what: str, code: ErrorCode) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"The body is not {what} in UTF-8: byte {error.start + 1:,} cannot be read."
        raise InputRefused(code, message, "Encode the body as UTF-8.") from error
