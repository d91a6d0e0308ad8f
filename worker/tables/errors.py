"""The refusal of an input: a code, a sentence, a hint, and the problems row by row."""

from worker.contract.errors import ErrorBody, ErrorCode, RowProblem


class InputRefused(Exception):  # it is the caller's input that is wrong, not the program
    """What a caller sent cannot be read as rows of the signature."""

    def __init__(self, code: ErrorCode, message: str, hint: str = "", problems: tuple[RowProblem, ...] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
        self.problems = problems

    def body(self) -> ErrorBody:
        """Return the error as it travels to the caller."""
        return ErrorBody(error=self.message, code=self.code, hint=self.hint, rows=self.problems)
