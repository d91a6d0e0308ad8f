"""Fixtures of the tests that talk to a running box."""

from collections.abc import Iterator

import pytest

from tests.box.bystander import Bystander
from tests.box.publishers import Publisher, assert_nothing_is_left, publishing
from tests.running_box import RunningBox


@pytest.fixture(scope="module")
def publisher(box: RunningBox) -> Iterator[Publisher]:
    """The administrator, who publishes to the box of the session."""
    with publishing(box) as publisher:
        yield publisher


@pytest.fixture
def unharmed(box: RunningBox) -> Iterator[None]:
    """Hold that the box answers predictions during the whole test, and that no upload leaves a trace in it."""
    with Bystander(box.url, box.key()) as bystander:
        yield
        assert_nothing_is_left(box)
    assert set(bystander.statuses) == {200}
