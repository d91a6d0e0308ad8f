"""Reads the reference data: a CSV file of text cells, strictly; an empty cell is a missing value."""

import csv
import io
from pathlib import Path
from typing import Final

import polars as pl

from worker.inspection.refusal import Refused
from worker.tables.wording import shown

ROWS_MAX: Final = 1_000_000
NAME_LENGTH_MAX: Final = 500
WHOLE: Final = "Write the reference data with a CSV library: UTF-8, commas, a header, and no index column."


def read_reference(path: Path) -> pl.DataFrame:
    """Return the reference data, every cell as text or null. Raise `Refused` for what is not a sound CSV file."""
    text = _decoded(path.read_bytes()).rstrip("\r\n") + "\n"
    rows = _check_shape(text)
    try:
        data = pl.read_csv(text.encode(), infer_schema=False)
    except pl.exceptions.PolarsError as error:
        msg = f"The reference data cannot be read: {str(error).splitlines()[0]}"
        raise Refused(msg, WHOLE) from error
    if data.height != rows:
        msg = f"The reference data is read as {rows:,} rows or as {data.height:,}, depending on what its quotes mean."
        raise Refused(msg, WHOLE)
    return data.with_columns(pl.all().replace("", None))


def _decoded(data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        msg = f"The reference data is not UTF-8: line {line:,} has the byte 0x{data[error.start]:02x}."
        raise Refused(msg, "Save the file as UTF-8.") from error
    if not text.strip():
        msg = "The reference data is empty."
        raise Refused(msg, WHOLE)
    return text


def _check_shape(text: str) -> int:
    """Return how many rows there are, each of which has as many cells as the header has names."""
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        names = next(lines)
        _check_names(names)
        rows = 0
        for rows, cells in enumerate(lines, start=1):
            if len(cells) != len(names) and not (len(names) == 1 and not cells):
                msg = f"Row {rows:,} of the reference data has {len(cells):,} cells, the header {len(names):,} names."
                raise Refused(msg, WHOLE, row=rows)
    except csv.Error as error:
        msg = f"The reference data is not CSV: line {lines.line_num:,}: {error}."
        raise Refused(msg, WHOLE) from error
    if not 0 < rows <= ROWS_MAX:
        msg = f"The reference data has {rows:,} rows; it must have between 1 and {ROWS_MAX:,}."
        raise Refused(msg, "Hand over a sample of rows that the model was not trained on.")
    return rows


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
