"""Reads the reference data, CSV or Parquet, strictly and as text cells; an empty cell is a missing value."""

import csv
import io
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import polars as pl

from worker.contract.words import Fact, Piece, Words
from worker.inspection.parquet import MAGIC, read_parquet
from worker.inspection.refusal import Refused
from worker.tables.wording import quoted

ROWS_MAX: Final = 1_000_000
NAME_LENGTH_MAX: Final = 500
SIZE_MAX_BYTES: Final = 2_000_000_000
HEAD_BYTES: Final = 4096
CHUNK_ROWS: Final = 20_000
SAMPLE: Final = Words("Hand over a sample of rows that the model was not trained on.")
WHOLE: Final = Words("Write the reference data with a CSV library: UTF-8, commas, a header, and no index column.")
OTHERS: Final = (
    (b"\xff\xfe\0\0", Piece("UTF-32, not UTF-8")),
    (b"\xff\xfe", Piece("UTF-16, not UTF-8")),
    (b"\xfe\xff", Piece("UTF-16, not UTF-8")),
    (b"PK\x03\x04", Piece("a zip archive or a spreadsheet, neither CSV nor Parquet")),
    (b"\xd0\xcf\x11\xe0", Piece("a spreadsheet, neither CSV nor Parquet")),
    (b"\x1f\x8b", Piece("compressed by gzip, neither CSV nor Parquet")),
    (b"ARROW1", Piece("an Arrow file, neither CSV nor Parquet")),
    (b"SQLite format 3", Piece("a database, neither CSV nor Parquet")),
    (b"\x80\x04", Piece("a pickle, which is not opened")),
    (b"\x80\x05", Piece("a pickle, which is not opened")),
    (b'[{"', Piece("JSON, neither CSV nor Parquet")),
    (b'{"', Piece("JSON, neither CSV nor Parquet")),
    (b"<", Piece("a web page or XML, neither CSV nor Parquet")),
)

SEPARATORS: Final = (
    (";", Words("The columns of the reference data are separated by semicolons.")),
    ("\t", Words("The columns of the reference data are separated by tabs.")),
)


def read_reference(path: Path) -> pl.DataFrame:
    """Return the reference data, every cell as text or null. Raise `Refused` for what is not sound CSV or Parquet."""
    size_bytes = path.stat().st_size
    if size_bytes > SIZE_MAX_BYTES:
        facts: dict[str, Fact] = {"size": size_bytes / 1e9, "most": SIZE_MAX_BYTES / 1e9}
        raise Refused(Words("The reference data is {size:,.1f} GB; at most {most:,.0f} GB are read.", facts), SAMPLE)
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if head.startswith(MAGIC):
        data = read_parquet(path, ROWS_MAX)
        _check_names(data.columns)
    else:
        _check_is_text(head)
        data = _read_csv(path)
    if data.is_empty():
        raise Refused(Words("The reference data has a header, but no rows."), SAMPLE)
    return data


def _read_csv(path: Path) -> pl.DataFrame:
    text = _decoded(path.read_bytes()).rstrip("\r\n") + "\n"
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        names = next(lines)
        _check_names(names)
        # One parser decides what a cell is: two would not always agree on what a stray quote means.
        schema = dict.fromkeys(names, pl.String)
        parts = [pl.DataFrame(rows, schema, orient="row") for rows in _chunks(_rows(lines, len(names)))]
    except csv.Error as error:
        facts: dict[str, Fact] = {"line": lines.line_num, "error": str(error)}
        raise Refused(Words("The reference data is not CSV: line {line:,}: {error}.", facts), WHOLE) from error
    return pl.concat(parts, rechunk=True) if parts else pl.DataFrame(schema=schema)


def _check_is_text(head: bytes) -> None:
    what = next((what for magic, what in OTHERS if head.startswith(magic)), None)
    if what is not None:
        raise Refused(Words("The reference data is {what}.", {"what": what}), WHOLE)
    if b"\0" in head:
        words = Words("The reference data holds zero bytes: it is UTF-16 without its mark, or no text.")
        raise Refused(words, WHOLE)


def _rows(lines: Iterator[list[str]], width: int) -> Iterator[list[str | None]]:
    """Yield the rows, None for an empty cell, each as long as the header."""
    for row, cells in enumerate(lines, start=1):
        if row > ROWS_MAX:
            raise Refused(Words("The reference data has more than {most:,} rows.", {"most": ROWS_MAX}), SAMPLE)
        if width == 1 and not cells:
            yield [None]  # the empty line that is a missing value of an only column
        elif len(cells) != width:
            words = Words(
                "Row {row:,} of the reference data has {cells:,} cells, the header {names:,} names.",
                {"row": row, "cells": len(cells), "names": width},
            )
            raise Refused(words, WHOLE, row=row)
        else:
            yield [cell or None for cell in cells]


def _chunks(rows: Iterator[list[str | None]]) -> Iterator[list[list[str | None]]]:
    """Yield the rows in lists: as Python strings all of a large file would take many times its size."""
    while chunk := list(itertools.islice(rows, CHUNK_ROWS)):
        yield chunk


def _decoded(data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        words = Words(
            "The reference data is not UTF-8: line {line:,} has the byte {byte}.",
            {"line": line, "byte": f"0x{data[error.start]:02x}"},
        )
        windows = any(0x80 <= byte < 0xA0 for byte in data)
        encoding = "Windows-1252" if windows else "Latin-1"
        advice = Words("Save the file as UTF-8; it seems to be {encoding}.", {"encoding": encoding})
        raise Refused(words, advice) from error
    if not text.strip():
        raise Refused(Words("The reference data is empty."), WHOLE)
    return text


def _check_names(names: list[str]) -> None:
    for position, name in enumerate(names, start=1):
        if not name.strip():
            words = Words("Column {position:,} of the reference data has no name.", {"position": position})
            advice = Words("Name it, or leave it out: it may be the index that pandas writes without index=False.")
            raise Refused(words, advice)
        if len(name) > NAME_LENGTH_MAX:
            words = Words(
                "Column {position:,} of the reference data has a name of {length:,} characters.",
                {"position": position, "length": len(name)},
            )
            raise Refused(words, Words("Use at most {most} characters.", {"most": NAME_LENGTH_MAX}))
        if name in names[: position - 1]:
            words = Words("The reference data has the column {name} more than once.", {"name": quoted(name)})
            raise Refused(words, Words("Name each column once."))
    for separator, words in SEPARATORS:
        if len(names) == 1 and separator in names[0]:
            raise Refused(words, Words("Separate them by commas."))
