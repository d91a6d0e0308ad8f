"""A part of a file in columns, whatever its format."""

from collections.abc import Iterator, Sequence
from typing import Protocol

import polars as pl

from worker.contract.batch import Chunk, Understanding
from worker.tables.cells import Cells

__all__ = ["Block", "Cells", "Source"]


class Block(Protocol):
    """Some rows of a file."""

    @property
    def row_count(self) -> int:
        """How many rows."""

    def column(self, position: int) -> Cells:
        """Return the column at this position in the file."""

    def only(self, rows: Sequence[bool]) -> "Block":
        """Return the rows for which it is true, as they are in the file."""

    def table(self) -> pl.DataFrame:
        """Return all columns under their names in `Understanding.columns`, typed where the file's format is.

        Of a file of text all are String, null for an empty cell.
        """


class Source(Protocol):
    """A file that was understood. It is made with its path and its `Understanding`, and opened anew in each process."""

    @property
    def understanding(self) -> Understanding:
        """How the file is read."""

    def rows_about(self) -> int | None:
        """Return about how many rows the file has, None where only a whole pass tells."""

    def sample(self, rows: int) -> Block:
        """Return so many of the first rows."""

    def cut(self, rows_of_chunk: int) -> Iterator[Chunk]:
        """Yield the chunks of the whole file, in order, each ready to be read; all but the last of about so many rows.

        Raise FileRefused where the file is found to be broken on the way.
        """

    def read(self, chunk: Chunk) -> Block:
        """Return the rows of a chunk."""
