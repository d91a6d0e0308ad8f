"""What every writer is told, and what it does."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import polars as pl

from worker.batch.blocks import Block
from worker.contract.batch import Understanding


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The columns of a result: those of the file that was understood, then `added` ones with their types."""

    understanding: Understanding
    added: pl.Schema

    @property
    def names(self) -> list[str]:
        """The names of all columns."""
        return [*(column.name for column in self.understanding.columns), *self.added]


class PartWriter(Protocol):
    """Writes a result in one format. The same rows give the same bytes, in parts and together."""

    def write(self, block: Block, answers: pl.DataFrame, path: Path) -> None:
        """Write the part of a chunk: `answers` stand in the order of the rows of `block`, with the columns added."""

    def head(self) -> bytes | None:
        """Return what stands before the parts in a result that is but parts behind one another, None for any other."""

    def assemble(self, parts: Sequence[Path], target: Path) -> None:
        """Make the result of all parts in their order; a few rows at a time are in memory.

        Raise FileRefused where the format cannot hold it.
        """
