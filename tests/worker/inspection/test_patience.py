"""A process that nobody waits for rests in proportion to its work, while others take the processor from it."""

import signal
import subprocess
import sys

import pytest

from appliance.paths import ROOT
from worker.inspection import patience


@pytest.fixture
def rested(monkeypatch):
    """The lengths of the rests that were taken; nobody sleeps, and no timer is set."""
    taken: list[float] = []
    monkeypatch.setattr("worker.inspection.patience.time.sleep", taken.append)
    monkeypatch.setattr("worker.inspection.patience.signal.setitimer", lambda *_which: None)
    return taken


def rests(monkeypatch, *so_far) -> patience._Rests:
    told = iter(so_far)
    monkeypatch.setattr(patience, "_so_far", lambda: next(told))
    return patience._Rests()


def test_it_rests_nine_times_as_long_as_it_worked_while_the_processor_is_taken_from_it(monkeypatch, rested):
    turns = rests(monkeypatch, (1.0, 10), (1.1, 110), (1.1, 111), (1.15, 211), (1.15, 211))
    turns.take(signal.SIGPROF, None)
    turns.take(signal.SIGPROF, None)
    assert rested == pytest.approx([0.9, 0.45])


def test_it_works_on_while_nobody_takes_the_processor(monkeypatch, rested):
    turns = rests(monkeypatch, (1.0, 10), (1.1, 25), (1.1, 25))
    turns.take(signal.SIGPROF, None)
    assert rested == []


def test_one_long_call_is_not_followed_by_a_rest_as_long_as_a_run(monkeypatch, rested):
    turns = rests(monkeypatch, (1.0, 10), (9.0, 90_000), (9.0, 90_000))
    turns.take(signal.SIGPROF, None)
    assert rested == [patience.REST_MAX_S]


def test_it_rests_no_more_once_somebody_waits_behind_it(monkeypatch, rested):
    stopped = []
    monkeypatch.setattr("worker.inspection.patience.signal.setitimer", lambda *which: stopped.append(which))
    turns = rests(monkeypatch, (1.0, 10), (1.1, 110), (1.1, 111))
    turns.take(signal.SIGPROF, None)
    turns.end()
    turns.take(signal.SIGPROF, None)
    assert rested == pytest.approx([0.9])
    assert stopped == [(signal.ITIMER_PROF, patience.TURN_S), (signal.ITIMER_PROF, 0)]


def test_what_others_took_is_counted_by_the_kernel():
    worked_s, taken = patience._so_far()
    end_s = worked_s + 0.05
    while patience._so_far()[0] < end_s:
        pass
    after_s, after = patience._so_far()
    assert after_s >= end_s
    assert after >= taken


WITHIN_ANOTHER = """
import threading, time
from worker.inspection import patience
depth, deepest, turns = 0, 0, 0
sleep = time.sleep
def rest(seconds):
    global depth, deepest, turns
    depth, turns = depth + 1, turns + 1
    deepest = max(deepest, depth)
    sleep(seconds)
    depth -= 1
patience.time.sleep = rest
patience.TAKEN_PER_S = -1.0
patience.make_room()
def work():
    while turns < 5:
        pass
working = threading.Thread(target=work)
working.start()
work()
working.join()
print(deepest)
"""


def test_it_never_rests_within_a_rest_though_its_threads_go_on_working():
    done = subprocess.run([sys.executable, "-c", WITHIN_ANOTHER], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "1\n"


ENDING = """
import atexit, signal
from worker.inspection.patience import make_room
atexit.register(lambda: print(signal.getitimer(signal.ITIMER_PROF)))
make_room()
assert signal.getitimer(signal.ITIMER_PROF) != (0.0, 0.0)
"""


def test_the_timer_ends_before_pythons_handlers_do_or_it_would_kill_the_process():
    done = subprocess.run([sys.executable, "-c", ENDING], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "(0.0, 0.0)\n"
