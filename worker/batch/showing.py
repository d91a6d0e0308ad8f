"""A few rows of a chunk as a page shows them."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final, Self

import msgspec
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
    """What one chunk shows: its first rows if it is the first, and its first unusual ones."""

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


class Showing:
    """Shows rows of a chunk whose answers are in `frame`."""

    def __init__(self, plan: Plan, chunk: Chunk, checked: Checked, frame: pl.DataFrame) -> None:
        self._plan = plan
        self._chunk = chunk
        self._checked = checked
        self._frame = frame
        self._texts: list[pl.Series] | None = None

    def of(self, block: Block) -> Shown:
        """Return what the chunk shows."""
        first = range(min(FIRST_ROWS_MAX, block.row_count)) if self._chunk.number == 0 else ()
        unusual = pl.Series(self._checked.unusual).arg_true().head(UNUSUAL_MAX)
        return Shown(first=self._rows(block, first), unusual=self._rows(block, unusual.to_list()))

    def _rows(self, block: Block, rows: Iterable[int]) -> tuple[RowShown, ...]:
        return tuple(self._row(block, row) for row in rows)

    def _row(self, block: Block, row: int) -> RowShown:
        names = self._plan.names
        answer = self._frame.row(row, named=True)
        return RowShown(
            line=self._plan.first_line + self._chunk.first_row + row,
            identifier=self._identifier(cells := self._cells(block, row)),
            cells=tuple(cell[:TEXT_SHOWN_MAX] for cell in cells[:COLUMNS_SHOWN_MAX]),
            status=RowStatus(answer[names.status]),
            prediction=answer[names.prediction],
            probability=_largest([answer[name] for name in names.probabilities]),
            problem=(answer[names.problem] or "")[:TEXT_SHOWN_MAX],
            unusual=self._checked.unusual_features(row),
        )

    def _cells(self, block: Block, row: int) -> list[str]:
        if isinstance(block, CsvBlock):
            return block.cells(row)  # the columns of text were not made
        if self._texts is None:
            self._texts = [block.column(at).text() for at in range(len(self._plan.column_names))]
        return [text[row] for text in self._texts]

    def _identifier(self, cells: Sequence[str]) -> str:
        names = self._plan.column_names
        at = names.index(self._plan.identifier) if self._plan.identifier in names else len(cells)
        return cells[at][:TEXT_SHOWN_MAX] if at < len(cells) else ""


def _largest(probabilities: list[Any]) -> float | None:
    """Return the probability of the answer: that of the most probable label."""
    known = [float(each) for each in probabilities if each is not None]
    return max(known) if known else None
