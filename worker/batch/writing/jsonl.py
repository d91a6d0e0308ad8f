"""Writes JSON Lines: of JSON Lines each line as it was and with what is added, of other formats an object a row."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec
import polars as pl

from worker.batch.blocks import Block
from worker.batch.formats.columns import as_text
from worker.batch.formats.jsonl import BLANK, JsonBlock
from worker.batch.writing.joining import join_files
from worker.batch.writing.layout import Layout
from worker.batch.writing.parts import joint_schema, read_typed, write_typed

UNREADABLE: Final = "unreadable"
"""The key under which a line stands that is no JSON object, as text."""

_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")
_AS_THEY_ARE: Final = frozenset({pl.String, pl.Boolean})
ROWS_AT_ONCE: Final = 5_000


class JsonLinesWriter:
    """Adds keys before the brace that closes each line: all else in it stays byte for byte."""

    def write(self, block: Block, answers: pl.DataFrame, path: Path) -> None:
        """Write the part of a chunk of JSON Lines."""
        assert isinstance(block, JsonBlock), "The lines of another format are not there"
        with path.open("wb") as file:
            for at, (line, row) in enumerate(zip(block.lines, _plain(answers).rows(named=True), strict=True)):
                file.write(_unreadable(line, row) if at in block.broken else _with_keys(line.strip(BLANK), row))

    def assemble(self, parts: Sequence[Path], target: Path) -> None:
        """Put the parts behind one another."""
        join_files(self.head(), parts, target)

    def head(self) -> bytes:
        """Return nothing: each line stands for itself."""
        return b""


def _with_keys(line: bytes, row: dict[str, object]) -> bytes:
    body = line[:-1].rstrip(BLANK)
    separator = b"" if body.lstrip(BLANK) == b"{" else b","
    return body + separator + _ENCODER.encode(row)[1:] + b"\n"


def _unreadable(line: bytes, row: dict[str, object]) -> bytes:
    return _ENCODER.encode({UNREADABLE: line.strip(BLANK).decode(errors="replace"), **row}) + b"\n"


class JsonlWriter:
    """Writes the rows of other formats as objects. Columns of a file of text that hold but numbers are numbers."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout

    def write(self, block: Block, answers: pl.DataFrame, path: Path) -> None:
        """Write the part of a chunk."""
        write_typed(self._layout, block, answers, path)

    def head(self) -> None:
        """Return None: what the columns hold, all parts tell together."""

    def assemble(self, parts: Sequence[Path], target: Path) -> None:
        """Make the result of all parts, one after the other."""
        schema = joint_schema(self._layout, parts)
        with target.open("wb") as file:
            for part in parts:
                for rows in _plain(read_typed(self._layout, schema, part)).iter_slices(ROWS_AT_ONCE):
                    file.write(b"".join(_ENCODER.encode(row) + b"\n" for row in rows.iter_rows(named=True)))


def _plain(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a table whose values JSON has, and text for what it has not."""
    return frame.with_columns(as_text(column) for column in frame if not _has_json(column.dtype))


def _has_json(kind: pl.DataType) -> bool:
    return kind in _AS_THEY_ARE or kind.is_numeric() or (kind.is_nested() and _plain_inside(kind))


def _plain_inside(kind: pl.DataType) -> bool:
    if isinstance(kind, pl.List | pl.Array):
        return _has_json(pl.Series(dtype=kind.inner).dtype)
    assert isinstance(kind, pl.Struct), "What is nested is a list, an array or a struct"
    return all(_has_json(pl.Series(dtype=field.dtype).dtype) for field in kind.fields)
