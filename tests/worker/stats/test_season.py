"""What is so each week is no alarm; what stays, and a weekend unlike weekends, is one."""

import pytest

from worker.contract.monitoring import CheckKind, Found, Subject
from worker.stats.season import DAY_MS, judged

BEGIN_MS = 1_793_577_600_000
"""A Sunday's midnight, 2026-11-02 being a Monday."""

CARAT = Subject(kind="drift", name="carat")
MISSING = Subject(kind=CheckKind.MISSING, name="carat")
USUAL, HIGH = (50, 50, 50, 50), (5, 15, 60, 120)


def day(at: int, subject: Subject | None = None, counts: tuple[int, ...] = HIGH, *, days: int = 1) -> Found:
    begins_ms = BEGIN_MS + at * DAY_MS
    found = Found(rows=sum(counts), begins_ms=begins_ms, ends_ms=begins_ms + days * DAY_MS - 1)
    if subject is None:
        return found
    return Found(
        rows=sum(counts), begins_ms=begins_ms, ends_ms=found.ends_ms, changed=(subject,), counts=((subject, counts),)
    )


def weeks(count: int, subject: Subject = CARAT, counts: tuple[int, ...] = HIGH) -> list[Found]:
    """Weeks of which the first two days are otherwise."""
    return [day(at, subject if at % 7 < 2 else None, counts) for at in range(7 * count)]


def seen(days: list[Found]) -> list[Found]:
    known: list[Found] = []
    for each in days:
        known.append(judged(each, known))
    return known


def test_the_third_weekend_like_the_two_before_is_seasonal():
    known = seen(weeks(4))
    assert [bool(each.changed) for each in known[:14]] == [at % 7 < 2 for at in range(14)]
    assert not any(each.changed for each in known[14:])
    assert [at % 7 for at, each in enumerate(known) if each.seasonal] == [0, 1, 0, 1]


def test_a_change_that_stays_is_never_taken_for_a_rhythm():
    known = seen([day(at) for at in range(7)] + [day(at, CARAT) for at in range(7, 60)])
    assert all(each.changed == (CARAT,) for each in known[7:])


def test_a_weekend_unlike_weekends_is_an_alarm():
    assert judged(day(14, CARAT, (120, 60, 15, 5)), seen(weeks(2))).changed == (CARAT,)


def test_another_weekday_like_a_weekend_is_an_alarm():
    known = seen(weeks(2))
    assert judged(day(17, CARAT), known).changed == (CARAT,)


@pytest.mark.parametrize(("now", "is_seasonal"), [((21, 179), True), ((60, 140), False)])
def test_a_count_is_compared_with_the_same_weekdays(now, is_seasonal):
    found = judged(day(14, MISSING, now), seen(weeks(2, MISSING, (20, 180))))
    assert bool(found.seasonal) is is_seasonal


def test_a_window_of_several_days_has_no_weekday():
    assert judged(day(14, CARAT, days=3), seen(weeks(2))).changed == (CARAT,)


def test_what_was_seen_before_windows_told_their_days_is_no_rhythm():
    old = [Found(rows=200, changed=(CARAT,)) for _ in range(20)]
    assert judged(day(14, CARAT), old).changed == (CARAT,)
