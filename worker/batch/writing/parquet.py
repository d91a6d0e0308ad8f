"""Writes Parquet: the columns keep the types they have, and get one that holds all where chunks differ."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import polars as pl
from polars.io.plugins import register_io_source

from worker.batch.blocks import Block
from worker.batch.writing.layout import Layout
from worker.batch.writing.parts import joint_schema, read_typed, write_typed

CELLS_OF_ROW_GROUP: Final = 2_000_000
ROWS_OF_ROW_GROUP_MAX: Final = 100_000


class ParquetWriter:
    """Writes Parquet. Columns of a file of text that hold but numbers are numbers."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout

    def write(self, block: Block, answers: pl.DataFrame, path: Path) -> None:
        """Write the part of a chunk."""
        write_typed(self._layout, block, answers, path)

    def head(self) -> None:
        """Return None: a part is no group of rows yet."""

    def assemble(self, parts: Sequence[Path], target: Path) -> None:
        """Make the result of all parts; as many rows as a part has are in memory."""
        layout = self._layout
        schema = joint_schema(layout, parts)

        def tables(*_: object) -> Iterator[pl.DataFrame]:
            yield from (read_typed(layout, schema, part) for part in parts)

        if not parts:
            pl.DataFrame(schema=schema).write_parquet(target, compression="zstd")
            return
        size = min(ROWS_OF_ROW_GROUP_MAX, CELLS_OF_ROW_GROUP // len(schema) + 1)
        rows = register_io_source(tables, schema=schema)
        rows.sink_parquet(target, compression="zstd", row_group_size=size, engine="streaming")
