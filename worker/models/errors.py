"""What can go wrong with a model.

ModelError
├── ModelMissing   the store holds no such version, or not all of it
├── ModelRefused   the artifact may not or cannot be opened
└── ModelFailed    the model was asked and could not answer
"""

from worker.contract.errors import ErrorBody, ErrorCode
from worker.contract.words import NOTHING, Words


class ModelError(Exception):
    """A model cannot do what was asked of it; `message` is a sentence, `hint` a next step, both in English."""

    code = ErrorCode.MODEL_ERROR

    def __init__(self, words: Words, advice: Words = NOTHING) -> None:
        super().__init__(str(words))
        self.words = words
        self.advice = advice
        self.message = str(words)
        self.hint = str(advice)

    def body(self) -> ErrorBody:
        """Return the error as it travels to the caller."""
        return ErrorBody(error=self.message, code=self.code, hint=self.hint)


class ModelMissing(ModelError):  # the tree above names them
    """The store holds no such version, or not all of its files."""

    code = ErrorCode.MODEL_NOT_READY


class ModelRefused(ModelError):  # the tree above names them
    """The artifact may not be opened, or is damaged."""


class ModelFailed(ModelError):  # the tree above names them
    """The model raised on the rows, or answered what is no answer."""
