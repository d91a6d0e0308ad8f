"""What can go wrong when rows are wanted for training or for another version.

RetrainingError
├── NothingServedError
├── ChoiceWrongError
├── TooManyAskedError
├── NotAskedError
├── ExportNotReadyError
└── VersionUnknownError
"""


class RetrainingError(Exception):
    """A sentence about what happened, and a hint about what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class NothingServedError(RetrainingError):
    """No version answers at the endpoint."""

    def __init__(self, endpoint: str) -> None:
        super().__init__(f"No version is deployed behind '{endpoint}'.", "Deploy one; then ask again.")


class ChoiceWrongError(RetrainingError):
    """What somebody chose cannot be."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"Field '{field}': {problem}", "docs/reference/api.md names every field.")


class TooManyAskedError(RetrainingError):
    """As many are under way at the endpoint as may be."""

    def __init__(self, most: int) -> None:
        super().__init__(f"{most} are under way at this endpoint already.", "Wait until one has ended.")


class NotAskedError(RetrainingError):
    """Redis does not take the message."""

    def __init__(self) -> None:
        super().__init__("The box's queue does not answer, so nothing was asked.", "Ask again in a minute.")


class ExportNotReadyError(RetrainingError):
    """There is no file to be had: not yet, not any more, or never."""

    def __init__(self) -> None:
        super().__init__("This export has no file.", "Its status tells why; ask for another export.")


class VersionUnknownError(RetrainingError):
    """The model has no version of this number whose files the box has, or it is the one that answers."""

    def __init__(self, number: int) -> None:
        super().__init__(
            f"Version {number} cannot be asked: it answers here already, or the box does not have its files.",
            "Choose another version of the model.",
        )
