"""Blocks of each format made of the same rows, and results written from them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from worker.batch.blocks import Block, Cells
from worker.batch.formats.cells import SheetBlock
from worker.batch.formats.jsonl import JsonBlock
from worker.batch.formats.parquet import TypedBlock
from worker.batch.writing.layout import Layout, PartWriter
from worker.contract.batch import ColumnFound, FileFormat, Understanding

ADDED = pl.Schema({"prediction": pl.String(), "probability": pl.Float64(), "problem": pl.String()})


@dataclass(frozen=True)
class TextBlock:
    """Rows of a file of text."""

    frame: pl.DataFrame

    @property
    def row_count(self) -> int:
        return self.frame.height

    def column(self, position: int) -> Cells:
        raise NotImplementedError

    def only(self, rows: Sequence[bool]) -> "TextBlock":
        return TextBlock(self.frame.filter(list(rows)))

    def table(self) -> pl.DataFrame:
        return self.frame


def layout_of(
    names: Sequence[str], kind: FileFormat, *, sheet: str = "", separator: str = "", decimal: str = "."
) -> Layout:
    """Return the layout for a file of this format with these columns."""
    columns = tuple(ColumnFound(name=name) for name in names)
    understanding = Understanding(format=kind, columns=columns, sheet=sheet, separator=separator, decimal=decimal)
    return Layout(understanding=understanding, added=ADDED)


def answers_for(rows: int, **columns: Sequence[object]) -> pl.DataFrame:
    """Return answers for so many rows."""
    given = {"prediction": ["yes"] * rows, "probability": [0.5] * rows, "problem": [None] * rows, **columns}
    return pl.DataFrame(given, schema=ADDED)


def write(writer: PartWriter, blocks: Sequence[Block], folder: Path, **columns: Sequence[object]) -> Path:
    """Write blocks with answers, and return the result."""
    parts = []
    for number, block in enumerate(blocks):
        parts.append(folder / f"part-{number}")
        writer.write(block, answers_for(block.row_count, **columns), parts[-1])
    writer.assemble(parts, folder / "result")
    return folder / "result"


def sheet_block(names: Sequence[str], *rows: Sequence[object]) -> SheetBlock:
    """Return rows of a sheet."""
    return SheetBlock(tuple(names), len(rows), [list(column) for column in zip(*rows, strict=True)])


def text_block(names: Sequence[str], *rows: Sequence[str | None]) -> TextBlock:
    """Return rows of a file of text."""
    return TextBlock(pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row"))


def typed_block(**columns: object) -> TypedBlock:
    """Return rows of a Parquet file."""
    return TypedBlock(pl.DataFrame(columns))


def json_block(names: Sequence[str], *lines: bytes) -> JsonBlock:
    """Return JSON Lines."""
    return JsonBlock(tuple(names), list(lines))
