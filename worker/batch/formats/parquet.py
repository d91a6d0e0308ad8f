"""Reads Parquet by slices of rows; of a row group however large only the pages that hold them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

import polars as pl
from polars.exceptions import PanicException, PolarsError

from worker.batch.blocks import Cells
from worker.batch.errors import FileRefused
from worker.batch.formats.columns import as_text
from worker.batch.formats.parquet_footer import column_bytes_max
from worker.contract.batch import COLUMNS_MAX, FIRST_ROWS_MAX, Chunk, Understanding
from worker.contract.signature import INTEGER_MAX
from worker.contract.words import Words
from worker.tables.wording import named

ROWS_MEASURED: Final = 100
CHUNK_BYTES_MAX: Final = 64 << 20
COLUMN_BYTES_MAX: Final = 256 << 20
"""So large a column of a row group may be, as it lies in the file: it is read as a whole."""

READS: Final = 16
"""The columns are read in so many goes, for all that are read in one are in memory with their whole row group."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParquetLook:
    """What a look at a Parquet file tells."""

    names: tuple[str, ...]
    first_rows: tuple[tuple[str, ...], ...]
    rows: int


def look_at_parquet(path: Path) -> ParquetLook:
    """Return what the file holds. Raise FileRefused for what is no whole Parquet file."""
    _check_columns(path)
    with _readable():
        schema = _scan(path).collect_schema()
        if not schema or len(schema) > COLUMNS_MAX:
            facts: dict[str, str | int] = {"columns": len(schema), "most": COLUMNS_MAX}
            raise FileRefused(Words("The file has {columns:,} columns; 1 to {most:,} are read.", {**facts}))
        first = _slice(path, 0, FIRST_ROWS_MAX)
        rows = _height(path)
    texts = [as_text(column).fill_null("").to_list() for column in first]
    return ParquetLook(names=tuple(schema), first_rows=tuple(zip(*texts, strict=True)), rows=rows)


def _check_columns(path: Path) -> None:
    if column_bytes_max(path) > COLUMN_BYTES_MAX:
        raise FileRefused(
            Words("A column takes more than {most:,.0f} MB of a row group.", {"most": COLUMN_BYTES_MAX / 1e6}),
            Words("Write the file with smaller row groups, such as of 100,000 rows."),
        )


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except (PolarsError, PanicException, OSError) as error:
        first = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
        raise FileRefused(
            Words("The file is no whole Parquet file: {error}.", {"error": first.rstrip(".")}),
            Words("Write the file again and upload the whole of it."),
        ) from error


def _scan(path: Path) -> pl.LazyFrame:
    # One thread at a time: all that scores on the machine shares its memory.
    return pl.scan_parquet(path, parallel="none", low_memory=True, glob=False, cache=False)


def _slice(path: Path, start: int, rows: int) -> pl.DataFrame:
    names = list(_scan(path).collect_schema())
    step = len(names) // READS + 1
    groups = (names[at : at + step] for at in range(0, len(names), step))
    return pl.concat([_scan(path).select(group).slice(start, rows).collect() for group in groups], how="horizontal")


def _height(path: Path) -> int:
    return int(_scan(path).select(pl.len()).collect().item())


@dataclass(frozen=True, slots=True)
class TypedCells:
    """One column of a `TypedBlock`."""

    column: pl.Series

    @property
    def numbers(self) -> pl.Series | None:
        """The numbers of a numeric column, unless a double would round one of them to another integer."""
        kind = self.column.dtype
        if not kind.is_numeric():
            return None
        if kind == pl.Float64:
            return self.column.fill_nan(None)
        if kind.is_float():
            # As its text is read: 0.1 is 0.1, not the double of what 32 bits make of it.
            return self.column.fill_nan(None).cast(pl.String).cast(pl.Float64)
        least, most = self.column.min(), self.column.max()
        if any(isinstance(each, int | Decimal) and not -INTEGER_MAX <= each <= INTEGER_MAX for each in (least, most)):
            return None
        text = self.column.cast(pl.String) if kind.is_decimal() else self.column
        return text.cast(pl.Float64)

    @property
    def exact(self) -> bool:
        """True: where the column has `numbers`, what is none of them is an empty cell."""
        return True

    def text(self) -> pl.Series:
        """Return the cells as text."""
        return as_text(self.column).fill_null("")


@dataclass(frozen=True, slots=True)
class TypedBlock:
    """Some rows of a file whose columns have types."""

    frame: pl.DataFrame

    @property
    def row_count(self) -> int:
        """How many rows."""
        return self.frame.height

    @property
    def broken(self) -> Mapping[int, str]:
        """No row of a table is unreadable."""
        return {}

    def only(self, rows: Sequence[bool]) -> "TypedBlock":
        """Return some of the rows."""
        return TypedBlock(self.frame.filter(list(rows)))

    def column(self, position: int) -> Cells:
        """Return the column at this position."""
        return TypedCells(self.frame.to_series(position))

    def table(self) -> pl.DataFrame:
        """Return all columns with their types."""
        return self.frame


class ParquetSource:
    """A Parquet file. The chunks are slices of its rows."""

    def __init__(self, path: Path, understanding: Understanding) -> None:
        self._path = path
        self._understanding = understanding

    @property
    def understanding(self) -> Understanding:
        """How the file is read."""
        return self._understanding

    def rows_about(self) -> int:
        """Return how many rows the file says that it has."""
        with _readable():
            return _height(self._path)

    def sample(self, rows: int) -> TypedBlock:
        """Return so many of the first rows."""
        with _readable():
            return TypedBlock(_scan(self._path).head(rows).collect())

    def cut(self, rows_of_chunk: int) -> Iterator[Chunk]:
        """Yield the chunks. Raise FileRefused where a feature is to be read from nested values."""
        with _readable():
            schema = _scan(self._path).collect_schema()
            self._check_features(schema)
            height = _height(self._path)
            row_bytes = self._row_bytes(height)
        step = max(1, min(rows_of_chunk, int(CHUNK_BYTES_MAX / row_bytes)))
        starts = range(0, height, step)
        stops = (min(start + step, height) for start in starts)
        for number, (start, stop) in enumerate(zip(starts, stops, strict=True)):
            yield Chunk(number=number, start=start, stop=stop, rows=stop - start, first_row=start)

    def read(self, chunk: Chunk) -> TypedBlock:
        """Return the rows of a chunk. Raise FileRefused where they cannot be read."""
        with _readable():
            frame = _slice(self._path, chunk.start, chunk.rows)
        frame.columns = [column.name for column in self._understanding.columns]
        return TypedBlock(frame)

    def _row_bytes(self, height: int) -> float:
        """Return how large a row is in memory: the larger of some at the beginning and some in the middle."""
        samples = [_slice(self._path, at, ROWS_MEASURED) for at in {0, height // 2}]
        return max([1.0, *(sample.estimated_size() / sample.height for sample in samples if sample.height)])

    def _check_features(self, schema: pl.Schema) -> None:
        for column, kind in zip(self._understanding.columns, schema.dtypes(), strict=True):
            if column.feature and (kind.is_nested() or kind in {pl.Binary, pl.Object}):
                raise FileRefused(
                    Words(
                        "Column {column} holds {kind} in each cell.", {"column": named(column.name), "kind": str(kind)}
                    ),
                    Words("Give each column of a feature one number, word, date, or true or false a row."),
                )
