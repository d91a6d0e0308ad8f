"""The error that every command of the host plane ends with."""


class ApplianceError(Exception):
    """Something the person at the terminal can mend: a sentence, and a hint that says what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class CommandFailed(ApplianceError):
    """A program ended with an error, took too long, or is not there."""
