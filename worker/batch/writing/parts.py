"""Parts that are tables: what is known of their columns beside them, and of which type each is in all of them."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import reduce
from itertools import zip_longest
from pathlib import Path
from typing import Final

import msgspec
import polars as pl

from worker.batch.blocks import Block
from worker.batch.formats.columns import as_text
from worker.batch.writing.layout import Layout
from worker.contract.batch import FileFormat

FACTS_KEY: Final = "bastide"
_WHOLE: Final = "-?(0|[1-9][0-9]{0,14})"


class Reading(StrEnum):
    """What the cells of a column of a file of text can be read as, all of them."""

    NOTHING = "nothing"
    WHOLE = "whole"
    NUMBER = "number"
    TEXT = "text"


_ORDER: Final = tuple(Reading)


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What a part says of itself: its rows, as what its columns can be read, how wide they are, how much it holds."""

    rows: int
    readings: tuple[Reading, ...] = ()
    widths: tuple[int, ...] = ()
    size_bytes: int = 0


def reading_of(column: pl.Series, decimal: str) -> Reading:
    """Return as what a column of text can be read.

    007 and +33 are no numbers but names made of digits, and so is what has more digits than a spreadsheet keeps.
    """
    written = column.drop_nulls()
    if column.dtype != pl.String:
        return Reading.NOTHING if written.is_empty() else Reading.TEXT
    if written.is_empty():
        return Reading.NOTHING
    if written.str.contains(f"^{_WHOLE}$").all():
        return Reading.WHOLE
    point = r"\." if decimal == "." else decimal
    number = f"^{_WHOLE}({point}[0-9]+)?([eE][+-]?[0-9]{{1,2}})?$"
    return Reading.NUMBER if written.str.contains(number).all() else Reading.TEXT


def joint(readings: Iterable[Reading]) -> Reading:
    """Return as what a column can be read that can be read so in each part."""
    return max(readings, key=_ORDER.index, default=Reading.NOTHING)


def with_point(column: pl.Series, decimal: str) -> pl.Series:
    """Return numbers written with this decimal mark as they are written with a point."""
    return column if decimal == "." else column.str.replace_all(decimal, ".", literal=True)


def is_text(layout: Layout) -> bool:
    """Return whether the file says nothing of the types of its columns."""
    return layout.understanding.format is FileFormat.CSV


def write_table(frame: pl.DataFrame, facts: Facts, path: Path) -> None:
    """Write a part. Its columns are numbered, for names may be anything."""
    numbered = frame.rename({name: str(at) for at, name in enumerate(frame.columns)})
    written = {FACTS_KEY: msgspec.json.encode(facts).decode()}
    numbered.write_parquet(path, compression="zstd", compression_level=1, statistics=False, metadata=written)


def read_facts(path: Path) -> Facts:
    """Return what a part says of itself."""
    return msgspec.json.decode(pl.read_parquet_metadata(path)[FACTS_KEY], type=Facts)


def read_table(path: Path) -> pl.DataFrame:
    """Return the rows of a part."""
    return pl.read_parquet(path, parallel="none", memory_map=False, glob=False)


def joint_readings(facts: Sequence[Facts]) -> list[Reading]:
    """Return for each column as what it can be read in all parts."""
    return [joint(readings) for readings in zip_longest(*(each.readings for each in facts), fillvalue=Reading.TEXT)]


def beside(block: Block, answers: pl.DataFrame) -> pl.DataFrame:
    """Return the columns of the file and the answers next to each other."""
    assert block.row_count == answers.height, "Each row has its answers"
    return pl.concat([block.table(), answers], how="horizontal")


def write_typed(layout: Layout, block: Block, answers: pl.DataFrame, path: Path) -> None:
    """Write a part whose columns have the types that the block gives them."""
    frame = beside(block, answers.cast(layout.added))
    decimal = layout.understanding.decimal
    columns = frame.get_columns()[: frame.width - answers.width] if is_text(layout) else []
    readings = tuple(reading_of(column, decimal) for column in columns)
    write_table(frame, Facts(rows=frame.height, readings=readings), path)


def joint_schema(layout: Layout, parts: Sequence[Path]) -> pl.Schema:
    """Return the types that hold all that the parts written by `write_typed` hold."""
    schemas = [pl.read_parquet_schema(part) for part in parts]
    readings = joint_readings([read_facts(part) for part in parts])
    count = len(layout.understanding.columns)
    kinds: list[pl.DataType] = []
    for at in range(count):
        nothing: pl.DataType = pl.Null()
        kind = reduce(_common, (schema[str(at)] for schema in schemas), nothing)
        reading = readings[at] if at < len(readings) else Reading.TEXT
        kinds.append(_READ.get(reading, pl.String() if kind == pl.Null else kind))
    return pl.Schema(dict(zip(layout.names, [*kinds, *layout.added.dtypes()], strict=True)))


_READ: Final = {Reading.WHOLE: pl.Int64(), Reading.NUMBER: pl.Float64()}


def _common(one: pl.DataType, other: pl.DataType) -> pl.DataType:
    if other in (one, pl.Null):
        return one
    if one == pl.Null:
        return other
    return pl.Float64() if {one, other} == {pl.Int64(), pl.Float64()} else pl.String()


def read_typed(layout: Layout, schema: pl.Schema, part: Path) -> pl.DataFrame:
    """Return the rows of a part in the types of all."""
    frame = read_table(part)
    decimal = layout.understanding.decimal if is_text(layout) else "."
    columns = [_cast(column, kind, decimal) for column, kind in zip(frame, schema.dtypes(), strict=True)]
    return pl.DataFrame(dict(zip(schema, columns, strict=True)))


def _cast(column: pl.Series, kind: pl.DataType, decimal: str) -> pl.Series:
    if column.dtype == kind:
        return column
    if kind == pl.String:
        return as_text(column)
    return (with_point(column, decimal) if column.dtype == pl.String else column).cast(kind)
