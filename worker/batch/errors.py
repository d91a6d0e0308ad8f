"""What a job ends with when its file cannot be read or written."""

from worker.contract.words import NOTHING, Words


class FileRefused(Exception):
    """A file is no such file, or more than can be taken; `words` say why and `hint` what helps."""

    def __init__(self, words: Words, hint: Words = NOTHING) -> None:
        super().__init__(str(words))
        self.words = words
        self.hint = hint
