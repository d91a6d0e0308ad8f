"""Begins of steps: those whose process died are counted, those that are under way are not."""

import subprocess
import sys

import pytest

from worker.batch.begins import Begins

AT_IT = """
import sys
from pathlib import Path
from worker.batch.begins import Begins
print(Begins(Path(sys.argv[1])).begin(), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def counter(tmp_path):
    return tmp_path / "score-0"


def other(counter):
    """Return a process that is at the step, and how many deaths it found."""
    process = subprocess.Popen(
        [sys.executable, "-c", AT_IT, str(counter)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return process, int(process.stdout.readline())


def test_the_dead_are_counted_and_the_slow_are_not(counter):
    first, found_by_first = other(counter)
    second, found_by_second = other(counter)
    try:
        with Begins(counter) as begins:
            assert (found_by_first, found_by_second, begins.begin()) == (0, 0, 0)
    finally:
        for process in (first, second):
            process.kill()
            process.communicate()
    with Begins(counter) as begins:
        assert begins.begin() == 3  # this process let go of its own without having answered


def test_what_was_answered_is_forgotten(counter):
    with Begins(counter) as begins:
        begins.begin()
        begins.forget()
    with Begins(counter) as begins:
        assert begins.begin() == 0
