"""The planning of a job: what its chunks are, and what is told of them before the last is cut."""

from dataclasses import replace

import msgspec
import pytest

from tests.worker.batch.jobs import Job, job, told
from tests.worker.tables.signatures import number
from worker.batch import planning
from worker.batch.formats import csv as csv_format
from worker.batch.planning import Planning, rows_of_chunk
from worker.batch.plans import Plan
from worker.batch.scoring import Scoring
from worker.contract.batch import PlanOutcome, PlanRequest, Step
from worker.models.answers import Answers

STEP = Step(job_id="f" * 32, attempt=1, token="token")
ROWS = 2_000
CONTENT = b"age\n" + b"".join(b"%04d\n" % row for row in range(ROWS))
MODEL = told(lambda table: Answers(table.columns[0]), (number("age"),))


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    monkeypatch.setattr(csv_format, "CHUNK_BYTES_MIN", 1)
    monkeypatch.setattr(planning, "ROWS_MIN", 100)


def planned(made: Job) -> tuple[PlanOutcome, list[PlanOutcome]]:
    """Return the outcome of planning, and what was told before."""
    parts: list[PlanOutcome] = []
    outcome = Planning(made.request, made.place, MODEL.manifest.signature, MODEL.number_max).plan(parts.append)
    return outcome, parts


def request(**more: float) -> PlanRequest:
    return PlanRequest(step=STEP, file_name="rows.csv", digest="v", version=1, **more)  # type: ignore[arg-type]  # by name


def test_first_chunks_are_told_of_before_the_last(tmp_path):
    outcome, parts = planned(job(tmp_path, CONTENT, MODEL, rows_of_chunk=100, processes=2))
    assert [len(each.chunks) for each in parts] == [2, 4, 8, 16]
    assert all(each.is_part and each.chunks == outcome.chunks[: len(each.chunks)] for each in parts)
    assert (outcome.is_part, outcome.rows) == (False, ROWS)


def test_small_file_is_told_of_once(tmp_path):
    outcome, parts = planned(job(tmp_path, b"age\n1\n2\n", MODEL))
    assert (parts, len(outcome.chunks)) == ([], 1)


def test_chunks_stay_as_they_were_told_where_planning_begins_anew(tmp_path):
    made = job(tmp_path, CONTENT, MODEL, rows_of_chunk=100, processes=2)
    before, _ = planned(made)
    slower = msgspec.structs.replace(made.request, processes=8, rows_per_s=10.0)
    after, _ = planned(replace(made, request=slower))
    assert after == before


def test_first_chunks_can_be_answered_before_the_file_is_cut(tmp_path):
    made = job(tmp_path, CONTENT, MODEL, rows_of_chunk=100, processes=2)
    scored: list[int] = []

    def score(part: PlanOutcome) -> None:
        scoring = Scoring(made.place, Plan.load(made.place.plan), MODEL)
        scored.extend(scoring.score(STEP, chunk, lambda _: None).rows for chunk in part.chunks[len(scored) :])

    Planning(made.request, made.place, MODEL.manifest.signature, MODEL.number_max).plan(score)
    assert len(scored) == 16
    assert sum(scored) > 16 * 90


@pytest.mark.parametrize("processes", [1, 2, 3, 8])
def test_chunks_are_as_many_for_each_process(processes):
    each = rows_of_chunk(1_000_000, 270_000_000, request(processes=processes))
    assert -(-1_000_000 // each) % processes == 0


@pytest.mark.parametrize(("rows", "least"), [(1, 1), (10, 10), (90, 90), (150, 75)])
def test_few_rows_are_not_cut_small(rows, least):
    assert rows_of_chunk(rows, rows * 100, request(processes=2)) == least
