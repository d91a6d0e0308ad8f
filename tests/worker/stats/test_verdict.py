"""An alarm needs a change in two of three windows, the last among them; too few rows are a state of their own."""

import msgspec
import numpy as np
import pytest

from tests.worker.stats.samples import number_column, number_profile
from worker.contract.monitoring import DomainDrift, Found, State, Subject, Verdict
from worker.stats.data_quality import checks
from worker.stats.drift import Reference, drift
from worker.stats.verdict import found, rows_needed, verdict

CARAT = Subject(kind="drift", name="carat")
OTHER = Subject(kind="missing", name="depth")
CHANGED = Found(rows=500, changed=(CARAT,))
QUIET = Found(rows=500)
FEW = Found(rows=50, changed=(CARAT,))


def test_too_few_rows_are_a_state_of_their_own():
    said = verdict([CHANGED, CHANGED, FEW])
    assert (said.state, said.rows, said.rows_needed, said.alarmed) == (State.NOT_ENOUGH_DATA, 50, 200, ())


@pytest.mark.parametrize(
    ("windows", "state"),
    [
        ([QUIET], State.STEADY),
        ([CHANGED], State.WATCHED),
        ([QUIET, QUIET, CHANGED], State.WATCHED),
        ([CHANGED, CHANGED], State.CHANGED),
        ([CHANGED, QUIET, CHANGED], State.CHANGED),
        ([CHANGED, QUIET, QUIET, CHANGED], State.WATCHED),
        ([CHANGED, CHANGED, QUIET], State.STEADY),
        ([CHANGED, FEW, QUIET, FEW, CHANGED], State.CHANGED),
        ([Found(rows=500, changed=(OTHER,)), CHANGED], State.WATCHED),
        ([Found(rows=500, slightly=(CARAT,))] * 3, State.STEADY),
    ],
)
def test_a_change_alarms_when_it_is_repeated(windows, state):
    assert verdict(windows).state is state


def test_small_changes_are_shown():
    assert verdict([Found(rows=500, slightly=(CARAT,))]).slightly == (CARAT,)


def test_an_alarm_tells_since_when():
    assert verdict([QUIET, QUIET, CHANGED, QUIET, CHANGED, CHANGED]).since == 2
    assert verdict([CHANGED, QUIET, QUIET, CHANGED, CHANGED]).since == 3


def test_what_changed_once_beside_an_alarm_is_watched():
    said = verdict([CHANGED, Found(rows=500, changed=(CARAT, OTHER))])
    assert (said.alarmed, said.watched) == ((CARAT,), (OTHER,))


def test_many_bins_need_more_rows():
    assert (rows_needed(), rows_needed(50)) == (200, 500)


def test_what_a_window_showed_is_gathered_from_all_that_was_measured():
    rng = np.random.default_rng(0)
    profile = number_profile(rng.normal(size=3_000))
    columns = {"carat": number_column(np.r_[rng.normal(size=400) + 2, [np.nan] * 100])}
    drifts = drift([Reference.of(profile)], columns)
    domain = DomainDrift(rows=500, reference_rows=500, area=0.9, low=0.45, high=0.55, p=0.0, is_changed=True)
    shown = found(500, drifts, checks([profile], columns), predictions=drifts, domain=domain)
    kinds = [subject.kind for subject in shown.changed]
    assert kinds == ["drift", "prediction", "missing", "out_of_range", "domain"]


def test_rows_that_are_not_told_apart_are_no_change():
    domain = DomainDrift(rows=500, reference_rows=500, area=0.5, low=0.45, high=0.55, p=0.5)
    assert found(500, domain=domain) == Found(rows=500)


def test_a_verdict_survives_the_journey():
    said = verdict([CHANGED, CHANGED])
    assert msgspec.json.decode(msgspec.json.encode(said), type=Verdict) == said
