"""Who looks for a prediction, or has rows deleted, does not wait for a model that is inspected."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Final

import httpx
import pytest

from tests.box.publishers import INSPECTED_WITHIN_S, Publisher, assert_nothing_is_left, inspecting
from tests.box.test_records import PREDICTIONS, asked, browsing, posted, shows, text
from tests.running_box import RunningBox, eventually
from tests.worker.inspection.uploads import flowers, skops_bytes

pytestmark = pytest.mark.box

PROMPT_S: Final = 2.0
REQUESTS: Final = tuple(f"searches-{number}" for number in range(4))
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


@pytest.fixture(scope="module")
def inspection(publisher: Publisher) -> Iterator[str]:
    """A large upload that is inspected for long; its address."""
    reference = flowers().sample(200_000, replace=True, random_state=0).to_csv(index=False).encode()
    url = publisher.asked("inspected-for-long", skops_bytes(), reference, target="target")
    assert eventually(lambda: bool(inspecting(publisher.box)), TIMES)
    yield url
    publisher.outcome(url, 2 * INSPECTED_WITHIN_S)
    assert_nothing_is_left(publisher.box)


def took_s(admin: httpx.Client, request_id: str) -> float:
    """Return how long it takes until a search for a request that nobody looked for shows it."""
    began_s = time.monotonic()
    assert shows(admin, "It was answered", by="request", id=request_id)
    return time.monotonic() - began_s


def test_a_search_is_answered_while_a_model_is_inspected(publisher, admin, written, inspection):
    took = [took_s(admin, request_id) for request_id in REQUESTS[:-1]]
    assert publisher.version(inspection)["status"] == "inspecting"
    assert max(took) < PROMPT_S, took


def test_rows_are_deleted_while_a_model_is_inspected(box, publisher, admin, written, inspection):
    wish = {"endpoints": "penguins", "by": "request", "ids": REQUESTS[0], "reason": "a test"}
    counted = posted(admin, "/deletions/", **wish)
    here = str(counted.url).removeprefix(box.url)
    assert shows(admin, "1 row is meant", here)
    posted(admin, here, typed="1")
    assert shows(admin, "1 row is deleted.", here)
    assert publisher.version(inspection)["status"] == "inspecting"
    assert "Nothing is known by that." in text(admin.get(PREDICTIONS, params={"by": "request", "id": REQUESTS[0]}))


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
