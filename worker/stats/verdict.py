"""What several windows say together: an alarm only for what is relevant and seen repeatedly."""

from collections.abc import Iterable, Sequence
from typing import Final

from worker.contract.monitoring import (
    LOOKED_AT,
    REPEATED,
    ROWS_MIN,
    Check,
    DomainDrift,
    FeatureDrift,
    Found,
    State,
    Subject,
    Verdict,
)
from worker.contract.since import since
from worker.stats.profile import BINS

DRIFT: Final = "drift"
PREDICTION: Final = "prediction"
DOMAIN: Final = "domain"


def rows_needed(bins: int = BINS) -> int:
    """Return how many rows a verdict needs: 200, and ten in each bin."""
    return max(ROWS_MIN, 10 * bins)


def found(
    rows: int,
    drifts: Iterable[FeatureDrift] = (),
    checks: Iterable[Check] = (),
    *,
    predictions: Iterable[FeatureDrift] = (),
    domain: DomainDrift | None = None,
) -> Found:
    """Return what a window showed, as the verdict over several takes it."""
    judged: list[tuple[Subject, FeatureDrift | Check]] = []
    judged += [(Subject(kind=DRIFT, name=each.name), each) for each in drifts]
    judged += [(Subject(kind=PREDICTION, name=each.name), each) for each in predictions]
    judged += [(Subject(kind=each.kind, name=each.feature), each) for each in checks]
    changed = [subject for subject, each in judged if each.is_changed]
    if domain is not None and domain.is_changed:
        changed.append(Subject(kind=DOMAIN))
    counts = {subject: _counts(each) for subject, each in judged if each.is_changed}
    return Found(
        rows=rows,
        rows_needed=rows_needed(),
        changed=tuple(changed),
        slightly=tuple(subject for subject, each in judged if each.is_significant and not each.is_changed),
        counts=tuple(counts.items()),
    )


def _counts(each: FeatureDrift | Check) -> tuple[int, ...]:
    return each.counts if isinstance(each, FeatureDrift) else (each.count, each.rows - each.count)


def verdict(windows: Sequence[Found]) -> Verdict:
    """Return the verdict at the last of windows that follow one another, the oldest first; at least one.

    Windows with too few rows say nothing and are passed over; when the last one is such, the verdict says so. An alarm
    is about what changed in the last window and in at least one of the two before it.
    """
    last = windows[-1]
    if last.rows < last.rows_needed:
        return Verdict(state=State.NOT_ENOUGH_DATA, rows=last.rows, rows_needed=last.rows_needed)
    recent = [each for each in windows if each.rows >= each.rows_needed][-LOOKED_AT:]
    alarmed = tuple(subject for subject in last.changed if sum(subject in each.changed for each in recent) >= REPEATED)
    watched = tuple(subject for subject in last.changed if subject not in alarmed)
    quiet = State.WATCHED if watched else State.STEADY
    return Verdict(
        state=State.CHANGED if alarmed else quiet,
        rows=last.rows,
        rows_needed=last.rows_needed,
        alarmed=alarmed,
        watched=watched,
        slightly=last.slightly,
        since=since(windows, alarmed) if alarmed else None,
    )
