"""A few rows of a chunk as a page shows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import msgspec
import numpy as np
import polars as pl

from worker.batch.blocks import Block
from worker.batch.formats.csv import CsvBlock
from worker.batch.places import appearing
from worker.batch.plans import Plan
from worker.contract.batch import FIRST_ROWS_MAX, TEXT_SHOWN_MAX, Chunk, RowShown, RowStatus
from worker.tables.bulk import Checked

UNUSUAL_MAX: Final = 20
COLUMNS_SHOWN_MAX: Final = 40


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What one chunk shows: those of its rows that are among the first of the file, and its first unusual ones."""

    first: tuple[RowShown, ...] = ()
    unusual: tuple[RowShown, ...] = ()

    def save(self, path: Path) -> None:
        """Keep it."""
        with appearing(path) as draft:
            draft.write_bytes(msgspec.json.encode(self))

    @classmethod
    def load(cls, path: Path) -> Self:
        """Return what was kept."""
        return msgspec.json.decode(path.read_bytes(), type=cls)


@dataclass(frozen=True, slots=True)
class Read:
    """The rows of a chunk: as the file has them, in which lines, and what is right and wrong with them."""

    chunk: Chunk
    block: Block
    lines: Sequence[int]
    checked: Checked


class Showing:
    """Shows rows of a chunk whose answers are in `frame`."""

    def __init__(self, plan: Plan, read: Read, frame: pl.DataFrame) -> None:
        self._plan = plan
        self._read = read
        self._frame = frame

    def shown(self) -> Shown:
        """Return what the chunk shows."""
        read = self._read
        first = list(range(min(FIRST_ROWS_MAX - read.chunk.first_row, read.block.row_count)))
        unusual = np.flatnonzero(read.checked.unusual)[:UNUSUAL_MAX].tolist()
        cells = self._cells(sorted({*first, *unusual}))
        return Shown(
            first=tuple(self._row(row, cells[row]) for row in first),
            unusual=tuple(self._row(row, cells[row]) for row in unusual),
        )

    def _row(self, row: int, cells: Sequence[str]) -> RowShown:
        names = self._plan.names
        answer = self._frame.row(row, named=True)
        return RowShown(
            line=self._read.lines[row],
            identifier=self._identifier(cells),
            cells=tuple(cell[:TEXT_SHOWN_MAX] for cell in cells[:COLUMNS_SHOWN_MAX]),
            status=RowStatus(answer[names.status]),
            prediction=answer[names.prediction],
            probability=_largest([answer[name] for name in names.probabilities]),
            problem=(answer[names.problem] or "")[:TEXT_SHOWN_MAX],
            unusual=self._read.checked.unusual_features(row),
        )

    def _cells(self, rows: Sequence[int]) -> dict[int, Sequence[str]]:
        """Return the cells of some rows."""
        block = self._read.block
        if isinstance(block, CsvBlock):
            return {row: block.cells(row) for row in rows}  # also those of a row that is too long
        few = set(rows)
        block = block.only([row in few for row in range(block.row_count)])
        texts = [block.column(at).text().to_list() for at in range(len(self._plan.column_names))]
        return dict(zip(rows, zip(*texts, strict=True), strict=True))

    def _identifier(self, cells: Sequence[str]) -> str:
        names = self._plan.column_names
        at = names.index(self._plan.identifier) if self._plan.identifier in names else len(cells)
        return cells[at][:TEXT_SHOWN_MAX] if at < len(cells) else ""


def _largest(probabilities: list[Any]) -> float | None:
    """Return the probability of the answer: that of the most probable label."""
    known = [float(each) for each in probabilities if each is not None]
    return max(known) if known else None
