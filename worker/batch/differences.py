"""How the answers to the rows of a file differ from those that another version gave."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from worker.batch.places import JobPlace
from worker.batch.plans import Plan
from worker.contract.batch import Differences, RowChange
from worker.contract.lane import DIFFERENT_RELATIVE

MOST: Final = 20
SLICE_ROWS: Final = 100_000
SHOWN: Final = ("line", "identifier", "old", "new")


def differences(plan: Plan, answers: Sequence[Path], former: JobPlace) -> Differences | None:
    """Return how the answers differ; None when the former ones are gone or are of another number of rows."""
    try:
        old_plan = Plan.load(former.plan)
        if sum(chunk.rows for chunk in old_plan.chunks) != sum(chunk.rows for chunk in plan.chunks):
            return None
        slices = zip(_slices(former.answers(chunk.number) for chunk in old_plan.chunks), _slices(answers), strict=True)
        labels = plan.labels if plan.labels == old_plan.labels and plan.names.probabilities else ()
        found = _Sum()
        for before, after in slices:
            found.add(_compared(before, after, labels))
        return found.told()
    except FileNotFoundError:
        return None


def _slices(paths: Iterable[Path]) -> Iterator[pl.DataFrame]:
    """Yield all answers in order, in slices of one size, whatever the chunks were."""
    waiting: list[pl.DataFrame] = []
    held = 0
    for path in paths:
        waiting.append(pl.read_ipc(path))
        held += waiting[-1].height
        while held >= SLICE_ROWS:
            whole = pl.concat(waiting)
            yield whole.head(SLICE_ROWS)
            waiting = [whole.slice(SLICE_ROWS)]
            held -= SLICE_ROWS
    if held:
        yield pl.concat(waiting)


class _Sum:
    """What slices of rows come to."""

    def __init__(self) -> None:
        self.rows = 0
        self.different = 0
        self.gap_sum = 0.0
        self.gap_max = 0.0
        self.most: pl.DataFrame | None = None

    def add(self, compared: pl.DataFrame) -> None:
        """Count rows that both have answered."""
        if compared.is_empty():
            return
        gap = compared["gap"].to_numpy()
        self.rows += len(gap)
        self.different += int(np.count_nonzero(compared["different"]))
        self.gap_sum += float(gap.sum())
        self.gap_max = max(self.gap_max, float(gap.max()))
        found = compared.filter("different").select(*SHOWN, "gap")
        whole = found if self.most is None else pl.concat([self.most, found])
        self.most = whole.sort("gap", descending=True, maintain_order=True).head(MOST)

    def told(self) -> Differences:
        """Return the sum."""
        most = () if self.most is None else self.most.select(SHOWN).iter_rows(named=True)
        return Differences(
            rows=self.rows,
            different=self.different,
            gap_mean=self.gap_sum / self.rows if self.rows else 0.0,
            gap_max=self.gap_max,
            most=tuple(RowChange(**row) for row in most),
        )


def _compared(before: pl.DataFrame, after: pl.DataFrame, labels: Sequence[str]) -> pl.DataFrame:
    """Return the rows that both have answered with how they differ, by the rule of `worker.models.difference`."""
    both = before["prediction"].is_not_null() & after["prediction"].is_not_null()
    before, after = before.filter(both), after.filter(both)
    old, new = before["prediction"], after["prediction"]
    if old.dtype.is_float() and new.dtype.is_float():
        gap = (new - old).abs().to_numpy()
        different = gap > DIFFERENT_RELATIVE * np.maximum(np.abs(old.to_numpy()), np.abs(new.to_numpy()))
    else:
        old, new = old.cast(pl.String), new.cast(pl.String)
        different = (old != new).to_numpy()
        gap = _gaps(before, after, old, labels) if labels else different.astype(np.float64)
    identifier = after["identifier"] if "identifier" in after.columns else pl.Series([""]).new_from_index(0, len(new))
    columns = {"line": after["line"], "identifier": identifier, "old": old, "new": new}
    return pl.DataFrame({**columns, "gap": gap, "different": different})


def _gaps(before: pl.DataFrame, after: pl.DataFrame, old: pl.Series, labels: Sequence[str]) -> npt.NDArray[Any]:
    """Return how far the probability has moved of the label that was answered before."""
    said = old.cast(pl.Enum(labels)).to_physical().to_numpy()
    rows = np.arange(len(old))
    names = [f"p{at}" for at in range(len(labels))]
    one, other = before.select(names).to_numpy()[rows, said], after.select(names).to_numpy()[rows, said]
    moved: npt.NDArray[Any] = np.abs(other - one)
    return moved
