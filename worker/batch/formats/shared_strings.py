"""The texts that the cells of a workbook share, read as far as they are asked for and kept on the disk."""

import os
import re
import tempfile
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from worker.batch.errors import FileRefused
from worker.batch.formats.workbook import SMALLER, Workbook
from worker.batch.formats.xml_stream import damaged, parse
from worker.contract.words import Words

STRINGS_MAX: Final = 8_000_000
TEXT_MAX: Final = 1_000_000
"""No spreadsheet program writes a text of more than 32,767 characters into a cell."""

REMEMBERED_MAX: Final = 50_000
REMEMBERED_LENGTH_MAX: Final = 100
_ESCAPED: Final = re.compile("_x([0-9A-Fa-f]{4})_")


def unescaped(text: str) -> str:
    """Return a text with the characters that a workbook writes as _x000D_ and the like."""
    if "_x" not in text:
        return text
    return (
        _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
        .encode("utf-16", "surrogatepass")
        .decode("utf-16", "replace")
    )


class RichText:
    """Collects the text of one string, which may be in runs; what tells how it is pronounced is left out."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.length = 0
        self.reading = False
        self.phonetic = False

    def start(self, name: str) -> None:
        """Begin an element in the string."""
        self.phonetic = self.phonetic or name == "rPh"
        self.reading = name == "t" and not self.phonetic

    def end(self, name: str) -> None:
        """End an element in the string."""
        self.reading = False
        self.phonetic = self.phonetic and name != "rPh"

    def text(self, text: str) -> None:
        """Take text where it belongs to the string."""
        if self.reading:
            self.parts.append(text)
            self.length += len(text)
            if self.length > TEXT_MAX:
                raise damaged("one of its cells holds more text than a cell can")

    def taken(self) -> str:
        """Return the string, and begin the next."""
        text = unescaped("".join(self.parts))
        self.parts.clear()
        self.length = 0
        return text


class _Strings:
    def __init__(self) -> None:
        self.finished: list[bytes] = []
        self.rich = RichText()

    def start(self, name: str, attributes: dict[str, str]) -> None:  # noqa: ARG002  # the shape of a handler
        self.rich.start(name)

    def end(self, name: str) -> None:
        self.rich.end(name)
        if name == "si":
            self.finished.append(self.rich.taken().encode())

    def text(self, text: str) -> None:
        self.rich.text(text)


class SharedStrings:
    """The shared strings of a workbook. Memory: 4 bytes for each; their text lies in a nameless file in `directory`."""

    def __init__(self, book: Workbook, directory: Path | None = None) -> None:
        self._handler = _Strings()
        self._parsing = self._parse(book)
        self._file = tempfile.TemporaryFile(dir=directory)  # noqa: SIM115  # closed by `close`
        self._ends = array("I", [0])
        self._remembered: dict[int, str] = {}

    def _parse(self, book: Workbook) -> Iterator[None]:
        if book.strings_part:
            yield from parse(book.open(book.strings_part, min(book.bytes_max, 1 << 30)), self._handler)

    def get(self, index: int) -> str:
        """Return a string. Raise FileRefused if there are not so many, or more than can be taken."""
        text = self._remembered.get(index)
        if text is None:
            text = self._read(index)
            if len(text) <= REMEMBERED_LENGTH_MAX and len(self._remembered) < REMEMBERED_MAX:
                self._remembered[index] = text
        return text

    def close(self) -> None:
        """Give the file back."""
        self._file.close()

    def _read(self, index: int) -> str:
        while len(self._ends) <= index + 1:
            if next(self._parsing, self) is self:
                raise damaged("a cell names a text that it does not have")
            self._keep()
        start, end = self._ends[index], self._ends[index + 1]
        return os.pread(self._file.fileno(), end - start, start).decode()

    def _keep(self) -> None:
        finished = self._handler.finished
        if len(self._ends) + len(finished) > STRINGS_MAX:
            raise FileRefused(
                Words("The workbook holds more than {most:,} different texts.", {"most": STRINGS_MAX}), SMALLER
            )
        end = self._ends[-1]
        self._file.write(b"".join(finished))
        self._file.flush()
        for text in finished:
            end += len(text)
            self._ends.append(end)
        finished.clear()
