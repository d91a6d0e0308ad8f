"""The drift bench in small: without drift the verdicts hardly ever alarm, and a shift that matters is found."""

import numpy as np
import pytest

from tests.bench.answering import KINDS
from tests.bench.drift import AIM_FALSE, AIM_POWER, Part, false_alarms, found_shifts, report
from tests.bench.drifting import Endpoint
from worker.contract.monitoring import Subject
from worker.stats.verdict import DOMAIN, PREDICTION

HELD = {
    "sizes": [],
    "false_alarm_rate_max": 0.0,
    "power_half_sd": 1.0,
    "small_shift_alarm_rate": 0.0,
    "small_shift_shown": 1.0,
    "million_rows_s": 1.0,
    "million_rows_gb": 0.5,
}


@pytest.mark.parametrize("rows", [50, 500])
def test_without_drift_few_verdicts_alarm(rows):
    parts = [false_alarms(Part(rows=rows, reference_rows=reference, series=15, seed=11)) for reference in (300, 3_000)]
    assert sum(each.verdicts for each in parts) == 120
    assert sum(each.alarms for each in parts) < 120 * AIM_FALSE


def test_half_a_standard_deviation_is_found_in_two_windows():
    found, _shown = found_shifts(1_000, 0.5, 40, [11])
    assert found > AIM_POWER


@pytest.mark.parametrize("kind", KINDS)
def test_answers_that_move_are_among_what_is_judged(kind):
    endpoint = Endpoint(rng=np.random.default_rng(11), reference_rows=3_000, kind=kind)
    moved = endpoint.window(1_000, shift=4.0)
    assert Subject(kind=PREDICTION, name="prediction") in moved.changed
    assert not [each for each in endpoint.window(1_000).changed if each.kind == PREDICTION]


def test_columns_that_move_together_are_among_what_is_judged():
    endpoint = Endpoint(rng=np.random.default_rng(11), reference_rows=300, told_apart=True)
    assert Subject(kind=DOMAIN) in endpoint.window(300, shift=4.0).changed
    assert Subject(kind=DOMAIN) not in endpoint.window(300).changed
    assert Subject(kind=DOMAIN) not in endpoint.window(100, shift=4.0).changed, "A classifier wants 200 rows"


def test_the_aims_are_met_or_missed(capsys):
    assert report(HELD)
    assert not report(HELD | {"false_alarm_rate_max": 0.02})
    assert "MISSED" in capsys.readouterr().out
