"""Looks at a file of text as it lies there, and tells how it is understood before a job begins."""

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from worker.batch.csv_shape import WRITE, CsvShape, find_shape
from worker.batch.errors import FileRefused
from worker.batch.matching import match, no_column
from worker.batch.records import RECORD_LENGTH_MAX, Record, Unfinished, record_at
from worker.batch.text import is_plain, settle_encoding, texts
from worker.contract.batch import FIRST_ROWS_MAX, TEXT_SHOWN_MAX, Choice, Compression, FileFormat, Understanding
from worker.contract.signature import Signature
from worker.contract.words import Fact, Words

HEAD_LENGTHS: Final = (1 << 18, 4 << 20, 36 << 20)
"""So much of a text is looked at, and more only where the header and the first rows are longer."""

RECORDS_MAX: Final = 1000
"""So many are looked at for the first rows, as some may be empty."""

QUOTES: Final = Words('Look for a quote (") that is not closed; within a quoted cell, double it.')


class TextLayout(msgspec.Struct, frozen=True, kw_only=True):
    """Where what is in a text, in bytes of it as UTF-8 without byte order mark, which is what `transcode` writes.

    `is_plain`: the file itself is that text, and need not be transcoded. The header lies from `header_start` to
    `header_stop`, where the first row begins; that is line `first_line` of the text, counted from 1.
    """

    is_plain: bool
    header_start: int
    header_stop: int
    first_line: int


class _Head(msgspec.Struct, frozen=True, kw_only=True):
    """The beginning of a text; `whole` if there is no more, `is_longest` if no more is looked at."""

    text: str
    whole: bool
    is_longest: bool


class _Looked(msgspec.Struct, frozen=True, kw_only=True):
    shape: CsvShape
    head: _Head
    rows: list[list[str]]


def look_at_text(
    path: Path, choice: Choice, signature: Signature, compression: Compression = Compression.NONE
) -> tuple[Understanding, TextLayout]:
    """Return how the CSV at `path`, unpacked, is understood, and where its rows begin.

    Raise `FileRefused` for what cannot be read, or was chosen and does not exist.
    """
    encoding, faults = settle_encoding(path, choice.encoding)
    looked = _look(path, encoding, choice, signature)
    columns, absent = match(looked.shape.header, signature, choice.mapping)
    if choice.identifier and choice.identifier not in looked.shape.header:
        raise no_column(choice.identifier, looked.shape.header)
    understanding = Understanding(
        format=FileFormat.CSV,
        compression=compression,
        encoding=encoding,
        separator=looked.shape.separator,
        decimal=looked.shape.decimal,
        columns=columns,
        absent=absent,
        first_rows=tuple(tuple(cell[:TEXT_SHOWN_MAX] for cell in row) for row in looked.rows),
        remarks=tuple(_remarks(faults, looked)),
    )
    return understanding, _layout(path, encoding, faults, looked)


def _look(path: Path, encoding: str, choice: Choice, signature: Signature) -> _Looked:
    """Look at more and more of the text, until it holds the header and the first rows."""
    for head in _heads(path, encoding):
        _check_last_line(head)
        try:
            shape = find_shape(head.text, signature=signature, choice=choice, whole=head.whole)
            return _Looked(shape=shape, head=head, rows=_first_rows(head, shape))
        except Unfinished:
            if head.whole:
                raise FileRefused(Words("The header opens a quote that is never closed."), QUOTES) from None
    raise _too_long(1)


def _check_last_line(head: _Head) -> None:
    """Refuse a line without end before it is looked for separators, of which each takes time."""
    begin = head.text.rfind("\n") + 1
    if len(head.text) - begin > RECORD_LENGTH_MAX:
        raise _too_long(_line(head, begin))


def _heads(path: Path, encoding: str) -> Iterator[_Head]:
    for length in HEAD_LENGTHS:
        pieces = texts(path, encoding)
        held: list[str] = []
        size = 0
        while size < length and (piece := next(pieces, None)) is not None:
            held.append(piece)
            size += len(piece)
        whole = not any(pieces)
        yield _Head(text="".join(held), whole=whole, is_longest=length == HEAD_LENGTHS[-1])


def _first_rows(head: _Head, shape: CsvShape) -> list[list[str]]:
    """Return the first rows. Raise `Unfinished` if more of the text is to be looked at for them.

    Empty lines are passed over, and rows of nothing but separators at the end, which spreadsheets leave there.
    """
    rows: list[list[str]] = []
    for record in itertools.islice(_records(head, shape), RECORDS_MAX):
        if len(record.cells) > 1 or record.cells[0] or len(shape.header) == 1:
            rows.append(record.cells)
        if len(rows) >= FIRST_ROWS_MAX and not record.is_empty:
            break
    while rows and not any(cell.strip() for cell in rows[-1]):
        rows.pop()
    if not rows:
        raise FileRefused(Words("The file has a header, but no rows."), WRITE)
    return rows[:FIRST_ROWS_MAX]


def _records(head: _Head, shape: CsvShape) -> Iterator[Record]:
    position = shape.stop
    while position < len(head.text):
        try:
            record = record_at(head.text, position, shape.separator, whole=head.whole)
        except Unfinished:
            if _is_held(head, position):
                return
            raise
        if record.stop - position > RECORD_LENGTH_MAX:
            raise _too_long(_line(head, position))
        yield record
        position = record.stop
    if not head.whole and not head.is_longest:
        raise Unfinished


def _is_held(head: _Head, position: int) -> bool:
    """Return whether enough was looked at though the record at `position` does not end; refuse one that never does."""
    if len(head.text) - position > RECORD_LENGTH_MAX:
        raise _too_long(_line(head, position))
    if head.whole:
        words = Words("The row in line {line:,} opens a quote that is never closed.", {"line": _line(head, position)})
        raise FileRefused(words, QUOTES)
    return head.is_longest


def _line(head: _Head, position: int) -> int:
    return head.text.count("\n", 0, position) + 1


def _too_long(line: int) -> FileRefused:
    facts: dict[str, Fact] = {"line": line, "most": RECORD_LENGTH_MAX >> 20}
    return FileRefused(Words("What begins in line {line:,} is longer than {most:,} MB without an end.", facts), QUOTES)


def _remarks(faults: int, looked: _Looked) -> Iterator[Words]:
    if faults:
        yield Words("The file is UTF-8 but for {count:,} of its characters, which are replaced.", {"count": faults})
    names = len(looked.shape.header)
    for row, cells in enumerate(map(len, looked.rows), start=1):
        if cells != names:
            yield Words(
                "Row {row:,} has {cells:,} cells, the header {names:,} names.",
                {"row": row, "cells": cells, "names": names},
            )
            return


def _layout(path: Path, encoding: str, faults: int, looked: _Looked) -> TextLayout:
    shape, text = looked.shape, looked.head.text
    header_start = len(text[: shape.start].encode())
    return TextLayout(
        is_plain=not faults and is_plain(path, encoding),
        header_start=header_start,
        header_stop=header_start + len(text[shape.start : shape.stop].encode()),
        first_line=_line(looked.head, shape.stop),
    )
