"""The refusal of an input: a code, a sentence, a hint, and the problems row by row."""

from collections.abc import Mapping
from typing import NamedTuple, Self

from worker.contract.errors import ErrorBody, ErrorCode, RowProblem


class Tally(NamedTuple):
    """What is counted of a refusal: its rows, and how many of them are wrong by feature and code.

    The feature is "" for what is wrong with a row as a whole, and for names that the signature does not have: those are
    the caller's, and no business of a journal.
    """

    rows: int
    reasons: Mapping[tuple[str, str], int]

    def of_all(self, rows: int) -> "Tally":
        """Return the tally of so many rows, at least one, which are all wrong for these reasons."""
        return Tally(max(1, rows), dict.fromkeys(self.reasons, max(1, rows)))


class InputRefused(Exception):  # it is the caller's input that is wrong, not the program
    """What a caller sent cannot be read as rows of the signature."""

    def __init__(self, code: ErrorCode, message: str, hint: str = "", problems: tuple[RowProblem, ...] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
        self.problems = problems
        # A body that cannot be read as rows counts as one.
        self.tally = Tally(1, {("", code.value): 1})

    def counted(self, tally: Tally) -> Self:
        """Return the refusal with what is counted of its rows."""
        self.tally = tally
        return self

    def body(self) -> ErrorBody:
        """Return the error as it travels to the caller."""
        return ErrorBody(error=self.message, code=self.code, hint=self.hint, rows=self.problems)
