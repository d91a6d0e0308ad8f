"""Fixtures that every part of the tests may use; above all `box`, a real one, started once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.running_box import RunningBox


@pytest.fixture(scope="session")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBox]:
    """A whole box with its example models, started once for all tests that are marked `box` or `browser`.

    Tests share it: make accounts and models of your own, and leave its processes as you found them (all alive).
    """
    with RunningBox(tmp_path_factory.mktemp("box", numbered=True), "--web-processes", "2") as running:
        running.wait_until_ready()
        yield running


@pytest.fixture
def data_root(tmp_path: Path) -> Path:
    """Return a data directory that does not exist yet."""
    return tmp_path / "data"
