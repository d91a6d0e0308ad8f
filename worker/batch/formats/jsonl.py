"""Reads JSON Lines: an object a line. A line that is none is a row with a problem."""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import compress, islice
from pathlib import Path
from typing import Final

import msgspec
import polars as pl

from worker.batch.blocks import Cells
from worker.batch.errors import FileRefused
from worker.contract.batch import COLUMNS_MAX, FIRST_ROWS_MAX, Chunk, Understanding
from worker.contract.words import Words

LINE_BYTES_MAX: Final = 4 << 20
CHUNK_BYTES_MAX: Final = 16 << 20
CELLS_OF_CHUNK_MAX: Final = 500_000
BACKWARDS_BYTES: Final = 1 << 16
LINES_LOOKED_AT: Final = 1_000
LOOK_BYTES_MAX: Final = 32 << 20
BLANK: Final = b" \t\r\n"
BOM: Final = b"\xef\xbb\xbf"
NO_OBJECT: Final = "The line is not a JSON object."
EMPTY: Final = "The line is empty."
_NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_INTEGER: Final = r"^-?[0-9]{16,}$"
"""Longer than what a double holds exactly."""

_ESCAPED: Final = msgspec.json.Decoder(str)

JsonRow = dict[str, msgspec.Raw]
_ROW: Final = msgspec.json.Decoder(JsonRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinesLook:
    """What a look at JSON Lines tells: the keys of the first lines in the order in which they are met."""

    names: tuple[str, ...]
    first_rows: tuple[tuple[str, ...], ...]


def look_at_lines(path: Path) -> LinesLook:
    """Return what the first lines hold. Raise FileRefused where none of them is an object."""
    rows: list[JsonRow] = []
    read = 0
    for _, line in islice(_lines(path), LINES_LOOKED_AT):
        read += len(line)
        row = _row(line)
        if not isinstance(row, str):
            rows.append(row)
        if read > LOOK_BYTES_MAX:
            break
    names = tuple(dict.fromkeys(name for row in rows for name in row))
    if not names:
        raise FileRefused(
            Words("None of the first lines of the file is a JSON object."),
            Words("Write one object a line, such as {example}.", {"example": '{"age": 34, "city": "Lyon"}'}),
        )
    if len(names) > COLUMNS_MAX:
        raise FileRefused(Words("The first lines have more than {most:,} keys.", {"most": COLUMNS_MAX}))
    first = tuple(tuple(_text(row.get(name)) for name in names) for row in rows[:FIRST_ROWS_MAX])
    return LinesLook(names=names, first_rows=first)


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield the lines with the place where each begins. Raise FileRefused for one that is too long."""
    with path.open("rb") as file:
        at = len(BOM) if file.read(len(BOM)) == BOM else 0
        file.seek(at)
        number = 0
        while line := file.readline(LINE_BYTES_MAX + 1):
            number += 1
            if len(line) > LINE_BYTES_MAX:
                raise FileRefused(
                    Words(
                        "Line {line:,} is longer than {most:,.0f} MB.", {"line": number, "most": LINE_BYTES_MAX / 1e6}
                    ),
                    Words("Write one object a line."),
                )
            yield at, line
            at += len(line)


def _content_end(path: Path) -> int:
    """Return where the last line that is not empty ends, but for its line break."""
    with path.open("rb") as file:
        end = file.seek(0, os.SEEK_END)
        while end:
            start = max(0, end - BACKWARDS_BYTES)
            file.seek(start)
            filled = file.read(end - start).rstrip(BLANK)
            if filled:
                return start + len(filled)
            end = start
    return 0


def _row(line: bytes) -> JsonRow | str:
    """Return the values of a line by their keys, or why there are none."""
    if not line.strip(BLANK):
        return EMPTY
    try:
        line.decode()
        row = _ROW.decode(line)
        # Half of a surrogate pair can only come in as an escape.
        for value in row.values() if b"\\u" in line else ():
            _text(value)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return NO_OBJECT
    return row


def _text(value: msgspec.Raw | None) -> str:
    """Return a value as text: strings bare, everything else as it is written."""
    if value is None:
        return ""
    written = bytes(value)
    if written[:1] == b'"':
        return _ESCAPED.decode(written)
    return "" if written == b"null" else written.decode()


@dataclass(frozen=True, slots=True)
class JsonCells:
    """One column of a `JsonBlock`."""

    values: Sequence[msgspec.Raw | None]

    @property
    def numbers(self) -> pl.Series | None:
        """The numbers, where the column holds nothing else and none that a double would round to another integer."""
        written = [None if value is None else bytes(value) for value in self.values]
        if any(text is not None and text[:1] not in b"-0123456789n" for text in written):
            return None
        texts = pl.Series(
            [None if text is None or text == b"null" else text.decode() for text in written], dtype=pl.String
        )
        if texts.str.contains(_INTEGER).any():
            return None
        # "-0" is the integer zero in every JSON library; only "-0.0" has a sign.
        return texts.replace("-0", "0").cast(pl.Float64)

    @property
    def exact(self) -> bool:
        """True: where the column has `numbers`, what is none of them is an empty cell."""
        return True

    def text(self) -> pl.Series:
        """Return the values as text."""
        return pl.Series(list(map(_text, self.values)), dtype=pl.String)


class JsonBlock:
    """Some lines. `broken`: why a line is no row, by its place in the block."""

    def __init__(self, names: tuple[str, ...], lines: list[bytes]) -> None:
        self.lines = lines
        self._names = names
        self._rows: list[JsonRow] = []
        self.broken: dict[int, str] = {}
        for at, line in enumerate(lines):
            row = _row(line)
            if isinstance(row, str):
                self.broken[at] = row
                row = {}
            # A line may have any number of keys that are no columns: they are not kept.
            self._rows.append({name: row[name] for name in names if name in row})

    @property
    def row_count(self) -> int:
        """How many rows."""
        return len(self.lines)

    def only(self, rows: Sequence[bool]) -> "JsonBlock":
        """Return some of the rows."""
        return JsonBlock(self._names, list(compress(self.lines, rows)))

    def column(self, position: int) -> Cells:
        """Return the column at this position."""
        name = self._names[position]
        return JsonCells([row.get(name) for row in self._rows])

    def table(self) -> pl.DataFrame:
        """Return all columns, each typed where its values are of one type and as text where they are not."""
        columns = (JsonCells([row.get(name) for row in self._rows]) for name in self._names)
        return pl.DataFrame(dict(zip(self._names, map(_typed, columns), strict=True)))


def _typed(column: JsonCells) -> pl.Series:
    written = {bytes(value) for value in column.values if value is not None} - {b"null"}
    if not written:
        return pl.Series([None] * len(column.values), dtype=pl.Null)
    text = column.text()
    if written <= {b"true", b"false"}:
        return text.replace_strict({"true": True, "false": False}, default=None, return_dtype=pl.Boolean)
    numbers = column.numbers
    if numbers is not None:
        whole = all(value.removeprefix(b"-").isdigit() for value in written)
        return numbers.cast(pl.Int64) if whole else numbers
    missing = pl.Series([value is None or bytes(value) == b"null" for value in column.values], dtype=pl.Boolean)
    return text.set(missing, None)


class JsonlSource:
    """JSON Lines. The chunks are byte ranges that begin and end where lines do."""

    def __init__(self, path: Path, understanding: Understanding) -> None:
        self._path = path
        self._understanding = understanding
        self._names = tuple(column.name for column in understanding.columns)

    @property
    def understanding(self) -> Understanding:
        """How the file is read."""
        return self._understanding

    def rows_about(self) -> int:
        """Return about how many rows the file has, by the length of the first."""
        read = [len(line) for _, line in islice(_lines(self._path), LINES_LOOKED_AT)]
        return int(self._path.stat().st_size * len(read) / sum(read)) + 1

    def sample(self, rows: int) -> JsonBlock:
        """Return so many of the first rows."""
        content_end = _content_end(self._path)
        first = ((start, line) for start, line in islice(_lines(self._path), rows) if start < content_end)
        return JsonBlock(self._names, [line.removesuffix(b"\n") for _, line in first])

    def cut(self, rows_of_chunk: int) -> Iterator[Chunk]:
        """Yield the chunks; empty lines at the end are in none. Raise FileRefused for a line that is too long."""
        most = min(rows_of_chunk, CELLS_OF_CHUNK_MAX // (len(self._names) or 1) + 1)
        content_end = _content_end(self._path)
        number, start, stop, rows, first_row = 0, 0, 0, 0, 0
        for line_start, line in _lines(self._path):
            if line_start >= content_end:
                break
            start, stop, rows = start if rows else line_start, line_start + len(line), rows + 1
            if rows == most or stop - start > CHUNK_BYTES_MAX:
                yield Chunk(number=number, start=start, stop=stop, rows=rows, first_row=first_row)
                number, first_row, rows = number + 1, first_row + rows, 0
        if rows:
            yield Chunk(number=number, start=start, stop=stop, rows=rows, first_row=first_row)

    def read(self, chunk: Chunk) -> JsonBlock:
        """Return the rows of a chunk."""
        with self._path.open("rb") as file:
            file.seek(chunk.start)
            data = file.read(chunk.stop - chunk.start)
        return JsonBlock(self._names, data.removesuffix(b"\n").split(b"\n"))
