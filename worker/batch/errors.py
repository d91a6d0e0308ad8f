"""The refusal of a file: a sentence that names the thing and the value, and what to do."""

from worker.contract.words import NOTHING, Words


class FileRefused(Exception):  # it is the file or what was chosen for it that is wrong, not the program
    """A file cannot be read as rows; `words` say why and `hint` what to do."""

    def __init__(self, words: Words, hint: Words = NOTHING) -> None:
        super().__init__(str(words))
        self.words = words
        self.hint = hint
