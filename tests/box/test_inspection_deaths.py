"""What becomes of an inspection when the worker that does it is killed, Redis restarts, or the disk runs full."""

import os
import signal
from collections.abc import Callable
from typing import Final

import pytest

from tests.box.publishers import Publisher, assert_nothing_is_left, inspecting
from tests.running_box import RunningBox, eventually
from tests.worker.inspection.uploads import flowers, skops_bytes

pytestmark = pytest.mark.box

ARTIFACT: Final = skops_bytes()
REFERENCE: Final = flowers().to_csv(index=False).encode()
DELIVERIES_MAX: Final = 3
TIMES: Final = 60.0
NONE: Final = os.stat_result([0] * 10)


def deliveries(box: RunningBox) -> int:
    """Return how often the inspection under way was begun; it is the last that was."""
    counters = (box.data_dir / "spool" / "deliveries").glob("*")
    return max((counter.stat() for counter in counters), key=lambda each: each.st_mtime, default=NONE).st_size


def killed_during(box: RunningBox, delivery: int) -> None:
    """Kill the jobs worker while it does an inspection for this number of times."""
    assert eventually(lambda: deliveries(box) == delivery and bool(inspecting(box)), TIMES), deliveries(box)
    killed = box.pid_of("jobs")
    os.kill(killed, signal.SIGKILL)
    assert eventually(lambda: box.pid_of("jobs") not in {0, killed}, TIMES)


def inspected_while(publisher: Publisher, model: str, disturb: Callable[[], None]) -> dict[str, object]:
    """Publish a model, disturb its inspection, and return the version in the end."""
    assert eventually(lambda: publisher.box.pid_of("jobs") != 0, TIMES)
    url = publisher.asked(model, ARTIFACT, REFERENCE, target="target")
    disturb()
    found = publisher.outcome(url)
    assert_nothing_is_left(publisher.box)
    return found


def test_an_inspection_whose_worker_is_killed_is_done_again(box, publisher):
    found = inspected_while(publisher, "killed-once", lambda: killed_during(box, 1))
    assert found["status"] == "ready", found["reason"]


def test_an_inspection_that_kills_its_worker_three_times_is_given_up_until_it_is_published_again(box, publisher):
    def kill_each_time() -> None:
        for delivery in range(1, DELIVERIES_MAX + 1):
            killed_during(box, delivery)

    found = inspected_while(publisher, "killed-thrice", kill_each_time)
    assert (found["status"], found["report"]) == ("rejected", None)
    assert "was begun 3 times, and each time the worker that did it died" in str(found["reason"])
    assert "log of the jobs worker" in str(found["hint"])
    again = publisher.published("killed-thrice", ARTIFACT, REFERENCE, target="target")
    assert (again["version"], again["status"], again["reason"]) == (1, "ready", "")


def test_an_inspection_outlives_a_restart_of_redis(box, publisher):
    def restart_redis() -> None:
        assert eventually(lambda: bool(inspecting(box)), TIMES)
        killed = box.pid_of("redis")
        os.kill(killed, signal.SIGTERM)
        assert eventually(lambda: box.pid_of("redis") not in {0, killed}, TIMES)

    found = inspected_while(publisher, "redis-restarted", restart_redis)
    assert found["status"] == "ready", found["reason"]
    predict = "/api/v1/endpoints/biopsy/predict"
    assert eventually(lambda: publisher.client.post(predict, json={"rows": [{}]}).status_code == 400)
