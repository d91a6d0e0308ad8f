"""How the answers to the rows of a file differ from those that another version gave."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from worker.batch.places import JobPlace
from worker.batch.plans import Plan
from worker.contract.batch import Differences, RowChange
from worker.contract.lane import DIFFERENT_RELATIVE

MOST: Final = 20
SLICE_ROWS: Final = 100_000


def differences(plan: Plan, answers: Sequence[Path], former: JobPlace) -> Differences | None:
    """Return how the answers differ; None when the former ones are gone or are of another number of rows."""
    try:
        old_plan = Plan.load(former.plan)
    except FileNotFoundError:
        return None
    if sum(chunk.rows for chunk in old_plan.chunks) != sum(chunk.rows for chunk in plan.chunks):
        return None
    old = _slices(former.answers(chunk.number) for chunk in old_plan.chunks)
    rows = different = 0
    gap_sum = gap_max = 0.0
    most = pl.DataFrame()
    first = 0
    for before, after in zip(old, _slices(answers), strict=True):
        compared = _compared(before, after).with_columns(line=pl.int_range(pl.len()) + first + plan.first_line)
        first += compared.height
        both = compared.filter(pl.col("gap").is_not_null())
        rows += both.height
        different += int(both["different"].sum())
        gap_sum += float(both["gap"].sum())
        gap_max = max(gap_max, float(both["gap"].max() or 0.0))  # type: ignore[arg-type]  # a column of numbers
        candidates = both.filter("different").sort("gap", descending=True, maintain_order=True).head(MOST)
        most = pl.concat([most, candidates]) if most.width else candidates
        most = most.sort("gap", descending=True, maintain_order=True).head(MOST)
    changes = tuple(RowChange(**row) for row in most.select("line", "identifier", "old", "new").iter_rows(named=True))
    mean = gap_sum / rows if rows else 0.0
    return Differences(rows=rows, different=different, gap_mean=mean, gap_max=gap_max, most=changes)


def _slices(paths: Iterable[Path]) -> Iterator[pl.DataFrame]:
    """Yield all answers in order, in slices of one size, whatever the chunks were."""
    waiting: list[pl.DataFrame] = []
    held = 0
    for path in paths:
        waiting.append(pl.read_ipc(path))
        held += waiting[-1].height
        while held >= SLICE_ROWS:
            whole = pl.concat(waiting, how="vertical_relaxed")
            yield whole.head(SLICE_ROWS)
            waiting = [whole.slice(SLICE_ROWS)]
            held -= SLICE_ROWS
    if held:
        yield pl.concat(waiting, how="vertical_relaxed")


def _compared(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    old, new = before["prediction"], after["prediction"]
    if old.dtype.is_float() and new.dtype.is_float():
        gap = (new - old).abs()
        # The rule of `worker.models.difference`: off by more than a hundredth of the larger.
        larger = pl.Series(np.maximum(old.abs().to_numpy(), new.abs().to_numpy()))
        different = gap > DIFFERENT_RELATIVE * larger
    else:
        old, new = old.cast(pl.String), new.cast(pl.String)
        different = old != new
        gap = _probability_gap(before, after, different)
    identifier = after["identifier"] if "identifier" in after.columns else pl.Series([""]).new_from_index(0, len(new))
    return pl.DataFrame({"old": old, "new": new, "gap": gap, "different": different, "identifier": identifier})


def _probability_gap(before: pl.DataFrame, after: pl.DataFrame, different: pl.Series) -> pl.Series:
    """Return half of what the probabilities of all labels moved together; 0 or 1 where there are none to compare."""
    names = [name for name in before.columns if name.startswith("p") and name != "prediction"]
    if not names or names != [name for name in after.columns if name.startswith("p") and name != "prediction"]:
        return different.cast(pl.Float64)
    moved = sum(
        ((after[name] - before[name]).abs() for name in names), pl.Series([0.0]).new_from_index(0, after.height)
    )
    return (moved / 2).zip_with(
        different.is_not_null(), pl.Series([None], dtype=pl.Float64).new_from_index(0, after.height)
    )
