"""The refusal of a publication: a sentence that names the thing and the value, and what to do."""

from typing import Any


class Refused(Exception):  # it is the publication that is wrong, not the program
    """What was handed over cannot be served."""

    def __init__(self, message: str, hint: str = "", **facts: Any) -> None:  # facts are JSON values
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.facts = facts
