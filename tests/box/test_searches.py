"""Who looks for a prediction, or has rows deleted, does not wait for a model that is inspected."""

import os
import secrets
import signal
from collections.abc import Iterator
from contextlib import closing
from typing import Final

import httpx
import pytest

from tests.box.publishers import Publisher, assert_nothing_is_left, inspecting
from tests.box.test_records import PREDICTIONS, asked, browsing, posted, shows
from tests.running_box import RunningBox, eventually
from tests.worker.inspection.uploads import flowers, skops_bytes

pytestmark = pytest.mark.box

REQUESTS: Final = tuple(f"searches-{number}" for number in range(2))
TIMES: Final = 60.0


@pytest.fixture(scope="module")
def admin(box: RunningBox) -> Iterator[httpx.Client]:
    with closing(browsing(box, "admin", box.admin_password)) as client:
        yield client


@pytest.fixture(scope="module")
def written(box: RunningBox, admin: httpx.Client) -> None:
    """Some predictions that are in the journal."""
    for request_id in REQUESTS:
        asked(box, request_id)
    assert shows(admin, "It was answered", by="request", id=REQUESTS[-1])


@pytest.fixture
def inspection(publisher: Publisher) -> Iterator[str]:
    """An upload that is inspected for as long as a test needs: its process stands still. Its address."""
    name = f"inspected-{secrets.token_hex(4)}"
    url = publisher.asked(name, skops_bytes(), flowers().to_csv(index=False).encode(), target="target")
    assert eventually(lambda: bool(inspecting(publisher.box)), TIMES)
    (process,) = inspecting(publisher.box)
    process.suspend()
    yield url
    process.resume()
    publisher.outcome(url)
    assert_nothing_is_left(publisher.box)


def test_a_search_is_answered_while_a_model_is_inspected(publisher, admin, written, inspection):
    assert shows(admin, "It was answered", by="request", id=REQUESTS[0])
    assert publisher.version(inspection)["status"] == "inspecting"


def test_rows_are_deleted_while_a_model_is_inspected(box, publisher, admin, written, inspection):
    wish = {"endpoints": "penguins", "by": "request", "ids": REQUESTS[-1], "reason": "a test"}
    counted = posted(admin, "/deletions/", **wish)
    here = str(counted.url).removeprefix(box.url)
    assert shows(admin, "1 row is meant", here)
    posted(admin, here, typed="1")
    assert shows(admin, "1 row is deleted.", here)
    assert publisher.version(inspection)["status"] == "inspecting"
    assert shows(admin, "Nothing is known by that.", by="request", id=REQUESTS[-1])


def end_and_await(box: RunningBox, program: str) -> None:
    """End a program and return once it runs again."""
    ended = box.pid_of(program)
    os.kill(ended, signal.SIGTERM)
    assert eventually(lambda: box.pid_of(program) not in {0, ended}, TIMES)


def test_searches_outlive_a_restart_of_redis_and_of_their_worker(box, admin, written):
    for program in ("redis", "jobs"):
        end_and_await(box, program)
        assert eventually(lambda: admin.get(PREDICTIONS).status_code == 200, TIMES)
        assert shows(admin, "Nothing is known by that.", by="request", id=f"searches-after-{program}")
