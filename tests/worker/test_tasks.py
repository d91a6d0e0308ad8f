"""Tasks answer, whatever happens to the work that they do."""

import logging
from collections.abc import Iterator

import msgspec
import pytest

from tests.redis_server import running_redis
from tests.worker.inspection.publishing import inbox_of, request
from tests.worker.running_worker import RunningWorker, eventually
from worker.contract.inspection import InspectionOutcome
from worker.inspection.deliveries import DELIVERIES_MAX, Deliveries
from worker.tasks import contained, found


@pytest.fixture
def worker(tmp_path) -> Iterator[RunningWorker]:
    with running_redis(tmp_path):
        running = RunningWorker(tmp_path)
        try:
            yield running
        finally:
            running.stop()


def run_out_of_memory(_):
    raise MemoryError


@pytest.mark.parametrize("error", [MemoryError(), ValueError("no"), RecursionError()])
def test_no_exception_leaves_a_task(error, caplog):
    def work(message):
        raise error

    with caplog.at_level(logging.ERROR):
        contained(work)({})
    assert "work failed on {}" in caplog.text


def test_a_memory_error_becomes_a_refusal(tmp_path):
    outcome = found(request(), Deliveries(tmp_path, "one"), run_out_of_memory)
    assert outcome.reason == "The inspection could not be done: MemoryError"
    assert (outcome.inspection_id, outcome.version_id) == ("one", 7)


def test_after_the_third_death_nothing_is_begun(tmp_path):
    for _ in range(DELIVERIES_MAX):
        Deliveries(tmp_path, "one").refusal(request())
    outcome = found(request(), Deliveries(tmp_path, "one"), run_out_of_memory)
    assert "begun 3 times" in outcome.reason


def test_what_was_found_is_passed_on(tmp_path):
    outcome = InspectionOutcome(inspection_id="one", version_id=7, reason="as found")
    assert found(request(), Deliveries(tmp_path, "one"), lambda _: outcome) is outcome


@pytest.mark.box
def test_an_inspection_is_answered_by_name_with_its_manifest(worker, bundle):
    _, publication = inbox_of(bundle("penguins"), worker.spool / "inbox" / "one")
    worker.send("worker.inspect", msgspec.to_builtins(request(publication)))
    outcome = msgspec.convert(worker.next_outcome(), InspectionOutcome)
    assert outcome.manifest is not None
    assert outcome.files == ("model.onnx", "profile.json")
    assert eventually(lambda: not list((worker.spool / "deliveries").iterdir()))  # it is forgotten once it is answered


@pytest.mark.box
def test_an_inspection_that_killed_its_worker_three_times_is_answered(worker):
    for _ in range(DELIVERIES_MAX):
        Deliveries(worker.spool, "one").refusal(request())
    worker.send("worker.inspect", msgspec.to_builtins(request()))
    assert "begun 3 times" in worker.next_outcome()["reason"]


@pytest.mark.box
def test_a_message_that_is_none_is_dropped_and_the_next_one_served(worker):
    worker.send("worker.inspect", {"inspection_id": "../../etc"})
    worker.send("worker.inspect", msgspec.to_builtins(request(inspection_id="../../etc")))
    assert worker.answers_ping()
