"""Reads XML of strangers piece by piece: whatever it holds, what is kept of it at a time is bounded."""

from collections.abc import Callable, Iterator
from typing import IO, Final, NoReturn, Protocol
from xml.parsers import expat

from worker.batch.errors import FileRefused
from worker.contract.words import Piece, Plain, Words

PIECE_BYTES: Final = 1 << 16
TOKEN_BYTES_MAX: Final = 8 << 20
"""The longest tag or comment: expat keeps one whole until it ends."""

DEPTH_MAX: Final = 100
NAMES_MAX: Final = 5_000
"""As many names of elements and attributes: expat never forgets one."""

SAVE_AGAIN: Final = Words("Open the file in a spreadsheet program, save it as .xlsx, and upload it again.")


def damaged(what: str, **facts: Plain) -> FileRefused:
    """Return the refusal of a workbook that is not sound; `what` is a literal template of the facts."""
    return FileRefused(Words("The workbook is damaged: {what}.", {"what": Piece(what, facts)}), SAVE_AGAIN)


class Handler(Protocol):
    """Told of every element by its name without prefix."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Begin an element."""

    def end(self, name: str) -> None:
        """End an element."""

    def text(self, text: str) -> None:
        """Take a piece of the text between tags."""


Start = Callable[[str, dict[str, str]], None]
End = Callable[[str], None]


def _relay(handler: Handler) -> tuple[Start, End]:
    """Return what tells the handler of elements without their prefixes; closures, for they run twice for each cell."""
    depth = 0
    local: dict[str, str] = {}
    handler_start, handler_end = handler.start, handler.end

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEPTH_MAX:
            raise damaged("its elements are nested too deeply")
        if name not in local:
            local[name] = name.rpartition(":")[2]
        handler_start(local[name], attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        handler_end(local[name])

    return start, end


def _refuse_doctype(*_: object) -> NoReturn:
    raise damaged("it declares a document type, which no spreadsheet program does")


def pieces(file: IO[bytes]) -> Iterator[bytes]:
    """Yield a file piece by piece."""
    while piece := file.read(PIECE_BYTES):
        yield piece


def parse(source: Iterator[bytes], handler: Handler) -> Iterator[None]:
    """Tell the handler of the document; yields after each piece. Raise FileRefused for what is no sound XML."""
    names: dict[str, str] = {}
    parser = expat.ParserCreate(intern=names)
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = _relay(handler)
    parser.CharacterDataHandler = handler.text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    fed = 0
    try:
        for piece in source:
            parser.Parse(piece, False)  # noqa: FBT003  # expat takes no keywords
            fed += len(piece)
            if fed - parser.CurrentByteIndex > TOKEN_BYTES_MAX or len(names) > NAMES_MAX:
                raise damaged("its XML is not that of a spreadsheet")
            yield
        parser.Parse(b"", True)  # noqa: FBT003  # expat takes no keywords
    except expat.ExpatError as error:
        raise damaged("its XML breaks off at line {line:,}", line=error.lineno) from error
    yield
