"""Reads the reference data, CSV or Parquet, strictly and as text cells; an empty cell is a missing value."""

import csv
import io
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import polars as pl

from worker.inspection.parquet import MAGIC, read_parquet
from worker.inspection.refusal import Refused
from worker.tables.wording import shown

ROWS_MAX: Final = 1_000_000
NAME_LENGTH_MAX: Final = 500
SIZE_MAX_BYTES: Final = 2_000_000_000
HEAD_BYTES: Final = 4096
CHUNK_ROWS: Final = 20_000
SAMPLE: Final = "Hand over a sample of rows that the model was not trained on."
WHOLE: Final = "Write the reference data with a CSV library: UTF-8, commas, a header, and no index column."
OTHERS: Final = (
    (b"\xff\xfe\0\0", "UTF-32, not UTF-8"),
    (b"\xff\xfe", "UTF-16, not UTF-8"),
    (b"\xfe\xff", "UTF-16, not UTF-8"),
    (b"PK\x03\x04", "a zip archive or a spreadsheet, neither CSV nor Parquet"),
    (b"\xd0\xcf\x11\xe0", "a spreadsheet, neither CSV nor Parquet"),
    (b"\x1f\x8b", "compressed by gzip, neither CSV nor Parquet"),
    (b"ARROW1", "an Arrow file, neither CSV nor Parquet"),
    (b"SQLite format 3", "a database, neither CSV nor Parquet"),
    (b"\x80\x04", "a pickle, which is not opened"),
    (b"\x80\x05", "a pickle, which is not opened"),
    (b'[{"', "JSON, neither CSV nor Parquet"),
    (b'{"', "JSON, neither CSV nor Parquet"),
    (b"<", "a web page or XML, neither CSV nor Parquet"),
)


def read_reference(path: Path) -> pl.DataFrame:
    """Return the reference data, every cell as text or null. Raise `Refused` for what is not sound CSV or Parquet."""
    size_bytes = path.stat().st_size
    if size_bytes > SIZE_MAX_BYTES:
        msg = f"The reference data is {size_bytes / 1e9:,.1f} GB; at most {SIZE_MAX_BYTES / 1e9:,.0f} GB are read."
        raise Refused(msg, SAMPLE)
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if head.startswith(MAGIC):
        data = read_parquet(path, ROWS_MAX)
        _check_names(data.columns)
    else:
        _check_is_text(head)
        data = _read_csv(path)
    if data.is_empty():
        msg = "The reference data has a header, but no rows."
        raise Refused(msg, SAMPLE)
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
        msg = f"The reference data is not CSV: line {lines.line_num:,}: {error}."
        raise Refused(msg, WHOLE) from error
    return pl.concat(parts, rechunk=True) if parts else pl.DataFrame(schema=schema)


def _check_is_text(head: bytes) -> None:
    what = next((what for magic, what in OTHERS if head.startswith(magic)), None)
    if what is not None:
        msg = f"The reference data is {what}."
        raise Refused(msg, WHOLE)
    if b"\0" in head:
        msg = "The reference data holds zero bytes: it is UTF-16 without its mark, or no text."
        raise Refused(msg, WHOLE)


def _rows(lines: Iterator[list[str]], width: int) -> Iterator[list[str | None]]:
    """Yield the rows, None for an empty cell, each as long as the header."""
    for row, cells in enumerate(lines, start=1):
        if row > ROWS_MAX:
            msg = f"The reference data has more than {ROWS_MAX:,} rows."
            raise Refused(msg, SAMPLE)
        if width == 1 and not cells:
            yield [None]  # the empty line that is a missing value of an only column
        elif len(cells) != width:
            msg = f"Row {row:,} of the reference data has {len(cells):,} cells, the header {width:,} names."
            raise Refused(msg, WHOLE, row=row)
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
        msg = f"The reference data is not UTF-8: line {line:,} has the byte 0x{data[error.start]:02x}."
        windows = any(0x80 <= byte < 0xA0 for byte in data)
        hint = f"Save the file as UTF-8; it seems to be {'Windows-1252' if windows else 'Latin-1'}."
        raise Refused(msg, hint) from error
    if not text.strip():
        msg = "The reference data is empty."
        raise Refused(msg, WHOLE)
    return text


def _check_names(names: list[str]) -> None:
    for position, name in enumerate(names, start=1):
        if not name.strip():
            msg = f"Column {position:,} of the reference data has no name."
            raise Refused(msg, "Name it, or leave it out: it may be the index that pandas writes without index=False.")
        if len(name) > NAME_LENGTH_MAX:
            msg = f"Column {position:,} of the reference data has a name of {len(name):,} characters."
            raise Refused(msg, f"Use at most {NAME_LENGTH_MAX} characters.")
        if name in names[: position - 1]:
            msg = f"The reference data has the column {shown(name)} more than once."
            raise Refused(msg, "Name each column once.")
    for separator, word in ((";", "semicolons"), ("\t", "tabs")):
        if len(names) == 1 and separator in names[0]:
            msg = f"The columns of the reference data are separated by {word}."
            raise Refused(msg, "Separate them by commas.")
