"""The messages of the data plane about jobs, as they come off the queue."""

import json

import msgspec
import pytest
from celery import Celery
from django.db import OperationalError

from tests.webapp.jobs.builders import summary, understanding
from tests.webapp.jobs.played import ROWS, play_plan, step_of, submitted
from webapp.jobs import steward, tasks
from webapp.jobs.models import BatchJob, Status
from webapp.jobs.steward import CLEAR_EVERY, Steward
from worker.contract.batch import AssembleOutcome, Chunk, ChunkOutcome, FileFormat, PlanOutcome
from worker.contract.words import Words


@pytest.fixture
def job(bob, penguins, tmp_path) -> BatchJob:
    return submitted(bob, penguins, tmp_path)


def over_json(outcome: msgspec.Struct) -> dict[str, object]:
    message: dict[str, object] = json.loads(json.dumps(msgspec.to_builtins(outcome)))
    return message


def test_a_job_that_goes_well_is_recorded_over_json(job):
    chunk = Chunk(number=0, start=0, stop=9, rows=ROWS, first_row=0)
    step, found = step_of(job), understanding()
    tasks.record_plan(over_json(PlanOutcome(step=step, understanding=found, chunks=(chunk,), rows=ROWS)))
    tasks.record_chunk(over_json(ChunkOutcome(step=step, number=0, rows=ROWS)))
    told = summary()
    tasks.record_result(over_json(AssembleOutcome(step=step, result_format=FileFormat.CSV, summary=told)))
    job.refresh_from_db()
    assert (job.status, job.rows_done, job.understanding, job.summary) == (Status.SUCCEEDED, ROWS, found, told)


def test_why_a_job_failed_is_recorded_over_json(job):
    play_plan(job)
    reason = Words("The file has no column {name}.", {"name": "'Bec'"})
    tasks.record_chunk(over_json(ChunkOutcome(step=step_of(job), number=1, reason=reason)))
    job.refresh_from_db()
    assert (job.status, str(job.reason)) == (Status.FAILED, "The file has no column 'Bec'.")


def test_what_comes_next_is_sent_at_once(job):
    tasks.tend_jobs()
    assert job.steps.get().deliveries == 1


def test_a_message_of_another_shape_is_refused(db):
    with pytest.raises(msgspec.ValidationError):
        tasks.record_chunk({"step": "x"})


class Timer:
    """Stands for the timer of Celery's loop."""

    def __init__(self) -> None:
        self.timer = self
        self.is_canceled = False

    def call_repeatedly(self, _seconds: float, look: object, *_arguments: object) -> "Timer":
        self.look = look
        return self

    def cancel(self) -> None:
        self.is_canceled = True


@pytest.fixture
def looks(monkeypatch) -> list[str]:
    """A steward's looks at the jobs, and its clearings, in order."""
    done: list[str] = []
    monkeypatch.setattr("webapp.jobs.tending.tend", lambda _now: done.append("tend"))
    monkeypatch.setattr("webapp.jobs.clearing.clear", lambda _now: done.append("clear"))
    monkeypatch.setattr(steward, "close_old_connections", lambda: None)
    return done


def test_only_who_records_looks_after_the_jobs():
    app = Celery("tests", set_as_current=False)
    assert [Steward(None).include_if(parent_of(app, queue)) for queue in ("control", "worker.batch")] == [True, False]


def parent_of(app: Celery, queue: str) -> object:
    app.amqp.queues.select(queue.split(","))

    class Parent:
        pass

    parent = Parent()
    parent.app = app  # type: ignore[attr-defined]  # a stand-in
    return parent


def test_what_has_expired_is_cleared_once_a_minute(looks):
    step, timer = Steward(None), Timer()
    step.start(timer)
    for _ in range(CLEAR_EVERY + 1):
        step._look()
    assert (looks.count("tend"), looks.count("clear")) == (CLEAR_EVERY + 1, 2)
    step.stop(timer)
    assert timer.is_canceled


def test_a_look_that_fails_is_followed_by_another(looks, monkeypatch, caplog):
    def locked(_now: object) -> None:
        raise OperationalError

    step = Steward(None)
    step.start(Timer())
    monkeypatch.setattr("webapp.jobs.tending.tend", locked)
    step._look()
    monkeypatch.setattr("webapp.jobs.tending.tend", lambda _now: looks.append("tend"))
    step._look()
    assert looks == ["tend"]
    assert "the next look is in a second" in caplog.text
