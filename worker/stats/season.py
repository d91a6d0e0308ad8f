"""The week's rhythm: what differs from the reference as it did on the same weekday before is no news."""

from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from worker.contract.monitoring import CheckKind, Found, Subject
from worker.stats import psi, two_samples
from worker.stats.data_quality import RELEVANT_MIN
from worker.stats.drift import ALARM_Q_MAX, FLOOR_LEVEL, PSI_MIN

DAY_MS: Final = 86_400_000
WEEK_MS: Final = 7 * DAY_MS
SAME_MIN: Final = 2
"""A rhythm is seen by a weekday that was so twice before."""

OTHERS_MIN: Final = 3
OTHERS_SHARE_MAX: Final = 0.5
"""What most days show is no rhythm of the week but a change that stays."""

LOOKED_BACK_MS: Final = 4 * WEEK_MS + DAY_MS // 2
SPAN_MAX_MS: Final = 2 * DAY_MS
"""A window of several days has no weekday."""

CHECKS: Final = frozenset(CheckKind)

Counts = npt.NDArray[np.int64]


def judged(found: Found, former: Sequence[Found]) -> Found:
    """Return what a window showed, with what is so each week set aside as seasonal; `former` are the windows before.

    A subject is seasonal when the last two windows of the same weekday, at most four weeks ago, showed it; when at
    most half of the windows of other weekdays since did; and when its counts are like theirs. So a change that stays
    is never taken for a rhythm, whatever its age, and a weekend that is otherwise than weekends are is an alarm. It
    takes alarms away, and never adds any.
    """
    near = [each for each in former if _is_day(each) and found.begins_ms - each.begins_ms <= LOOKED_BACK_MS]
    same = [each for each in near if _is_same_weekday(each, found)][-SAME_MIN:]
    others = [each for each in near if not _is_same_weekday(each, found)]
    if not _is_day(found) or len(same) < SAME_MIN or len(others) < OTHERS_MIN:
        return found
    seasonal = [each for each in found.changed if _is_rhythm(each, same, others) and _is_alike(each, found, same)]
    return msgspec.structs.replace(
        found,
        changed=tuple(each for each in found.changed if each not in seasonal),
        seasonal=tuple(seasonal),
    )


def _is_day(found: Found) -> bool:
    return bool(found.begins_ms) and found.ends_ms - found.begins_ms < SPAN_MAX_MS


def _is_same_weekday(one: Found, other: Found) -> bool:
    """Return whether the middles of two windows are whole weeks apart, give or take less than half a day."""
    apart = (one.begins_ms + one.ends_ms - other.begins_ms - other.ends_ms) // 2
    return abs((apart + WEEK_MS // 2) % WEEK_MS - WEEK_MS // 2) < DAY_MS // 2


def _is_rhythm(subject: Subject, same: Sequence[Found], others: Sequence[Found]) -> bool:
    shown = sum(_shows(each, subject) for each in others)
    return all(_shows(each, subject) for each in same) and shown <= OTHERS_SHARE_MAX * len(others)


def _shows(found: Found, subject: Subject) -> bool:
    return subject in found.changed or subject in found.seasonal


def _is_alike(subject: Subject, found: Found, same: Sequence[Found]) -> bool:
    """Return whether a subject's counts are like those of the same weekdays; all columns together have no counts."""
    now, known = _counts(found, subject), [_counts(each, subject) for each in same]
    if now is None:
        return True
    before = [each for each in known if each is not None and len(each) == len(now)]
    if len(before) < len(same) or not now.sum():
        return False
    pooled = np.sum(before, axis=0)
    if subject.kind in CHECKS:
        is_small = abs(now[0] / now.sum() - pooled[0] / pooled.sum()) < RELEVANT_MIN[CheckKind(subject.kind)]
        return is_small or two_samples.chi_square(pooled, now).p > ALARM_Q_MAX
    groups = psi.joined(pooled, now)
    then, there = psi.over(groups, pooled), psi.over(groups, now)
    floor = psi.noise_floor(int(there.sum()), int(then.sum()), len(groups), FLOOR_LEVEL)
    if float(psi.parts(then, there).sum()) <= max(PSI_MIN, floor):
        return True
    return two_samples.chi_square(then, there).p > ALARM_Q_MAX


def _counts(found: Found, subject: Subject) -> Counts | None:
    counts = dict(found.counts).get(subject)
    return np.array(counts, dtype=np.int64) if counts else None
