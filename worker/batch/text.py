"""Text in one of the encodings that spreadsheets write, read in bounded memory and written again as UTF-8."""

import codecs
import itertools
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import numpy as np

from worker.batch.errors import FileRefused
from worker.batch.foreign import SEND
from worker.contract.words import Words
from worker.tables.wording import named

UTF_8: Final = "utf-8"
UTF_8_MARKED: Final = "utf-8-sig"
UTF_8_BOTH: Final = (UTF_8, UTF_8_MARKED)
WINDOWS: Final = "windows-1252"
ENCODINGS: Final = (UTF_8, UTF_8_MARKED, "utf-16-le", "utf-16-be", WINDOWS)
MARKS: Final = (
    (codecs.BOM_UTF8, UTF_8_MARKED),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
UTF_32_MARKS: Final = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)

SAMPLE_BYTES: Final = 1 << 20
BLOCK_BYTES: Final = 1 << 18
CHECKED_BLOCK_BYTES: Final = 1 << 20
FAULTS_RATIO: Final = 10
"""Text of which so many more characters are sound UTF-8 than are not was cut by bytes somewhere; it is no other."""

CONTROLS: Final = bytes(range(8)) + bytes(range(0x0E, 0x1A)) + bytes(range(0x1C, 0x20)) + b"\x7f"
CONTROLS_RATIO: Final = 1000
UNDEFINED: Final = b"\x81\x8d\x8f\x90\x9d"
REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"
LONE_RETURN: Final = re.compile(r"\r(?!\n)")

SAVE_AS_UTF_8: Final = Words("Save the file as UTF-8 and send it again.")
BINARY: Final = Words("The file is binary, not text.")
ZEROS: Final = Words("The file holds zero bytes, of which text has none.")


def find_encoding(sample: bytes, *, whole: bool) -> str:
    """Return the encoding of a text by its first bytes. Raise `FileRefused` for what is no text.

    Unless they are the `whole`, the bytes may end within a character, and what follows may be of another encoding.
    """
    if sample.startswith(UTF_32_MARKS):
        raise FileRefused(Words("The file is UTF-32, which is not read."), SAVE_AS_UTF_8)
    marked = next((encoding for mark, encoding in MARKS if sample.startswith(mark)), None)
    if marked is not None:
        return marked
    if b"\0" in sample:
        return _without_mark(sample)
    if _too_many_controls(sample):
        raise FileRefused(BINARY, SEND)
    if _seems_utf8(sample, whole=whole):
        return UTF_8
    if len(sample.translate(None, UNDEFINED)) < len(sample):
        raise FileRefused(BINARY, SEND)
    return WINDOWS


def settle_encoding(path: Path, chosen: str = "") -> tuple[str, int]:
    """Return the encoding of a whole file, and how many of its characters are not sound if it is UTF-8.

    What is UTF-8 at its beginning only is Windows-1252. Raise `FileRefused` for what is no text, or not as `chosen`.
    """
    if chosen and chosen not in ENCODINGS:
        words = Words("{encoding} is none of the encodings that are read.", {"encoding": named(chosen)})
        raise FileRefused(words, Words("Choose UTF-8, UTF-16 or Windows-1252."))
    with path.open("rb") as file:
        sample = file.read(SAMPLE_BYTES)
    found = chosen or find_encoding(sample, whole=len(sample) < SAMPLE_BYTES)
    if found not in UTF_8_BOTH:
        return found, 0
    found = UTF_8_MARKED if sample.startswith(codecs.BOM_UTF8) else UTF_8
    if is_utf8(path):
        return found, 0
    sound, faults = _counted(path)
    if faults * FAULTS_RATIO <= sound or found == UTF_8_MARKED:
        return found, faults
    if chosen:
        words = Words("The file is not UTF-8: {count:,} of its characters are not.", {"count": faults})
        raise FileRefused(words, Words("Choose Windows-1252, or let the encoding be found."))
    return WINDOWS, 0


def is_utf8(path: Path) -> bool:
    """Return whether the whole file is UTF-8. Raise `FileRefused` for zero bytes, of which text has none."""
    decoder = codecs.getincrementaldecoder(UTF_8)()
    try:
        for block in _blocks(path, CHECKED_BLOCK_BYTES):
            # As signed numbers, what is not ASCII is negative: nearly all text is done with in one look.
            if not decoder.getstate()[0] and np.frombuffer(block, np.int8).min() > 0:
                continue
            if b"\0" in block:
                raise FileRefused(ZEROS, SEND)
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def texts(path: Path, encoding: str) -> Iterator[str]:
    """Yield the text of a file in pieces, without byte order mark.

    Where lines end in nothing but a carriage return, as on old Macs, they end in a line feed. What is not sound UTF-8
    is replaced; in the other encodings it raises `FileRefused`.
    """
    pieces = _decoded(path, encoding)
    first = next(pieces, "").removeprefix("\ufeff")
    whole = itertools.chain((first,), pieces)
    yield from _with_feeds(whole) if ends_in_returns(first) else whole


def ends_in_returns(text: str) -> bool:
    """Return whether the lines of a text end in nothing but a carriage return, as on old Macs."""
    return "\n" not in text and "\r" in text[:-1]


def is_plain(path: Path, encoding: str) -> bool:
    """Return whether a file is itself what `transcode` would write of it, if it is UTF-8 throughout."""
    return encoding == UTF_8 and not ends_in_returns(next(_decoded(path, encoding), ""))


def transcode(path: Path, encoding: str, target: Path) -> None:
    """Write the text of a file to `target` as UTF-8, as `texts` has it. Raise `FileRefused` for what is no text."""
    with target.open("wb") as written:
        for text in texts(path, encoding):
            written.write(text.encode())


def _with_feeds(pieces: Iterable[str]) -> Iterator[str]:
    held = ""
    for piece in pieces:
        text = held + piece
        held = "\r" if text.endswith("\r") else ""
        yield LONE_RETURN.sub("\n", text.removesuffix("\r"))
    yield held.replace("\r", "\n")


def _decoded(path: Path, encoding: str) -> Iterator[str]:
    """Yield the pieces of a text with its byte order mark."""
    errors = "replace" if encoding in UTF_8_BOTH else "strict"
    decoder = codecs.getincrementaldecoder(UTF_8 if encoding in UTF_8_BOTH else encoding)(errors)
    for number, block in enumerate(_blocks(path, BLOCK_BYTES)):
        before = number * BLOCK_BYTES - len(decoder.getstate()[0])
        yield _checked(decoder, block, encoding, before)
    yield _checked(decoder, b"", encoding, path.stat().st_size - len(decoder.getstate()[0]), final=True)


def _checked(
    decoder: codecs.IncrementalDecoder, block: bytes, encoding: str, before: int, *, final: bool = False
) -> str:
    try:
        text = decoder.decode(block, final)
    except UnicodeDecodeError as error:
        words = Words(
            "Byte {position:,} of the file is no character of {encoding}.",
            {"position": before + error.start + 1, "encoding": encoding},
        )
        raise FileRefused(words, SAVE_AS_UTF_8) from error
    if "\0" in text:
        raise FileRefused(ZEROS, SEND)
    return text


def _blocks(path: Path, size: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(size):
            yield block


def _counted(path: Path) -> tuple[int, int]:
    """Return how many characters beyond ASCII a text has that are sound UTF-8, and how many that are not."""
    sound = faults = 0
    decoder = codecs.getincrementaldecoder(UTF_8)("replace")
    for block in _blocks(path, CHECKED_BLOCK_BYTES):
        sound_here, faults_here = _beyond_ascii(decoder.decode(block))
        sound, faults = sound + sound_here, faults + faults_here
    return sound, faults + len(decoder.decode(b"", final=True))


def _beyond_ascii(text: str) -> tuple[int, int]:
    faults = text.count(REPLACEMENT)
    return len(text) - len(text.encode("ascii", "ignore")) - faults, faults


def _seems_utf8(sample: bytes, *, whole: bool) -> bool:
    decoder = codecs.getincrementaldecoder(UTF_8)("replace")
    sound, faults = _beyond_ascii(decoder.decode(sample, final=whole))
    return faults * FAULTS_RATIO <= sound


def _too_many_controls(sample: bytes) -> bool:
    return (len(sample) - len(sample.translate(None, CONTROLS))) * CONTROLS_RATIO > len(sample)


def _without_mark(sample: bytes) -> str:
    """Return which UTF-16 a text is by where its zero bytes are: letters of Latin have every second byte zero."""
    pairs = len(sample) // 2
    first, second = sample[0::2].count(0), sample[1::2].count(0)
    encoding = "utf-16-le" if second > first else "utf-16-be"
    if max(first, second) * 2 < pairs or min(first, second):
        raise FileRefused(BINARY, SEND)
    text = sample.decode(encoding, errors="ignore")
    if _too_many_controls(text.encode()):
        raise FileRefused(BINARY, SEND)
    return encoding
