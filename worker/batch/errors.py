"""The refusal of a file, in words that the site says in the reader's language."""

from worker.contract.words import NOTHING, Words


class FileRefused(Exception):
    """A file, or what was chosen for it, cannot be read as rows."""

    def __init__(self, words: Words, hint: Words = NOTHING) -> None:
        super().__init__(str(words))
        self.words = words
        self.hint = hint
