"""Reads reference data that is a Parquet file into text cells, as a CSV file of the same rows would hold them."""

from pathlib import Path
from typing import Final

import polars as pl
from polars.exceptions import PanicException, PolarsError

from worker.contract.words import Words
from worker.inspection.refusal import Refused
from worker.tables.wording import quoted

MAGIC: Final = b"PAR1"
FLAT: Final = Words("Give each column one number, word, date, or true or false a row.")


def read_parquet(path: Path, rows_max: int) -> pl.DataFrame:
    """Return the rows, every cell as text or null. Raise `Refused` for what is no table of plain cells."""
    try:
        # One thread at a time and no memory mapping: the file is a stranger's and may be cut off.
        lazy = pl.scan_parquet(path, parallel="none", glob=False)
        schema = lazy.collect_schema()
        _check_types(schema)
        if int(lazy.select(pl.len()).collect().item()) > rows_max:
            words = Words("The reference data has more than {most:,} rows.", {"most": rows_max})
            raise Refused(words, Words("Hand over a sample of rows that the model was not trained on."))
        data = lazy.collect()
    except (PolarsError, PanicException, OSError) as error:
        words = Words(
            "The reference data begins as Parquet, but cannot be read: {error}", {"error": _first_line(error)}
        )
        raise Refused(words, Words("Write the file again and upload the whole of it.")) from error
    return data.select(_text(name, kind) for name, kind in schema.items())


def _check_types(schema: pl.Schema) -> None:
    for name, kind in schema.items():
        if kind.is_nested() or kind in {pl.Binary, pl.Object, pl.Duration, pl.Time}:
            words = Words(
                "Column {feature} of the reference data holds {kind} in each cell.",
                {"feature": quoted(name), "kind": str(kind)},
            )
            raise Refused(words, FLAT, feature=name)


def _text(name: str, kind: pl.DataType) -> pl.Expr:
    """Return the column as text; what is no number, and the empty word, are missing values."""
    column = pl.col(name)
    if kind.is_float():
        return column.fill_nan(None).cast(pl.String)
    words = column.cast(pl.String)
    return pl.when(words != "").then(words).alias(name)


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0][:200]
