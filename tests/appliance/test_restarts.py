"""What the terminal hears of processes that died and were replaced."""

import pytest

from appliance.restarts import Restarts

LOG = """\
2026-11-23 06:00:00,000 WARN exited: inference-1 (exit status 3; not expected)
2026-11-23 06:00:01,000 INFO spawned: 'inference-1' with pid 8
2026-11-23 06:00:02,000 WARN exited: inference-1 (terminated by SIGKILL; not expected)
2026-11-23 06:00:03,000 WARN exited: jobs (exit status 1; not expected)
2026-11-23 06:00:04,000 WARN exited: control (terminated by SIGSEGV (core dumped); not expected)
"""


@pytest.fixture
def restarts(tmp_path):
    (tmp_path / "supervisord.log").write_text(LOG)
    return Restarts(tmp_path / "supervisord.log")


def said(restarts, now_s, **pids):
    return list(restarts.seen(pids, now_s))


def test_a_first_start_is_no_restart(restarts):
    assert said(restarts, 0.0, jobs=7) == []
    assert said(restarts, 9.0, jobs=7) == []


@pytest.mark.parametrize(
    ("name", "cause"),
    [("inference-1", " (signal 9)"), ("jobs", " (exit status 1)"), ("control", " (signal 11)"), ("redis", "")],
)
def test_a_new_process_is_told_with_the_cause(restarts, name, cause):
    list(restarts.seen({name: 7}, 0.0))
    assert list(restarts.seen({}, 1.0)) == []
    assert list(restarts.seen({name: 8}, 2.0)) == [f"{name} ended{cause} and was started again."]


def test_one_line_a_second_for_each_program(restarts):
    said(restarts, 0.0, jobs=1, control=2)
    assert len(said(restarts, 10.0, jobs=3, control=4)) == 2
    assert said(restarts, 10.5, jobs=5, control=4) == []
    assert len(said(restarts, 11.0, jobs=6, control=4)) == 1


def test_a_log_that_is_missing_costs_only_the_cause(tmp_path):
    restarts = Restarts(tmp_path / "none")
    said(restarts, 0.0, jobs=1)
    assert said(restarts, 1.0, jobs=2) == ["jobs ended and was started again."]
