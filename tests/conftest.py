"""Fixtures that every part of the tests may use; above all `box`, a real one, started once."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.running_box import RunningBox
from tests.system.installation import RUN, forget_installations
from tests.turns import Turns

TURNS: Final = pytest.StashKey[Turns]()
TEST_PROCESSES_MAX: Final = 4
"""Each has a box of its own, whose seven processes wait most of the time but take memory all the time."""


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Return among how many processes the tests are divided: none unless all are asked for.

    Some are done before further processes have collected them, and a box for each of these would take longer still.
    """
    options = config.option
    chosen = config.args_source is not config.ArgsSource.TESTPATHS or options.keyword or options.lf or options.stepwise
    processors = len(os.sched_getaffinity(0))
    return 0 if chosen or processors == 1 else min(processors, TEST_PROCESSES_MAX)


def pytest_configure(config: pytest.Config) -> None:
    """Give this run of the tests a name, which its further processes take over, and have all of them take turns."""
    os.environ.setdefault(RUN, str(os.getpid()))
    config.stash[TURNS] = turns = Turns(_place_of_turns())
    config.add_cleanup(turns.close)


def _place_of_turns() -> Path:
    return Path(tempfile.gettempdir()) / f"bastide-turns-{os.environ[RUN]}"


def pytest_sessionfinish() -> None:
    """Let go of what the machines were copied from, and of the turns, once the first process ends."""
    if os.environ[RUN] == str(os.getpid()):
        forget_installations(os.environ[RUN])
        shutil.rmtree(_place_of_turns(), ignore_errors=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    """Let nothing be made while a test has the machine to itself."""
    with item.config.stash[TURNS].turn(is_alone=False):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Give the machine to the test, together with those of other processes unless it measures times."""
    with item.config.stash[TURNS].turn(is_alone=item.get_closest_marker("alone") is not None):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    """Let nothing be taken down while a test has the machine to itself."""
    with item.config.stash[TURNS].turn(is_alone=False):
        return (yield)


@pytest.fixture(scope="session")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBox]:
    """A whole box with its example models, started once for all tests of this process marked `box` or `browser`.

    Tests share it: make accounts and models of your own, and leave its processes as you found them (all alive).
    """
    with RunningBox(tmp_path_factory.mktemp("box", numbered=True), "--web-processes", "2") as running:
        running.wait_until_ready()
        yield running


@pytest.fixture
def data_root(tmp_path: Path) -> Path:
    """Return a data directory that does not exist yet."""
    return tmp_path / "data"
