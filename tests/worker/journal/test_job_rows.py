"""Rows of batch jobs come into the journal once, however often a chunk is answered."""

import pytest

from tests.worker.batch.jobs import job, told
from tests.worker.tables.signatures import number
from worker.batch.scoring import Scoring
from worker.contract.batch import Choice, Step
from worker.contract.journal import DIRECTORY, JobRows, JournalRule
from worker.journal import reading, refusals
from worker.journal.job_rows import JobJournal
from worker.journal.reading import Window
from worker.models.answers import Answers

NOON_MS = 1_795_694_400_000
DAY_MS = 86_400_000
LATER_MS = NOON_MS + 5_000
CONTENT = b"id,a\n" + b"".join(b"p%d,%s\n" % (row, b"x" if row == 3 else b"%d" % row) for row in range(10))
NAMES = ["@request", "@row", "@key", "@caller", "@prediction", "a", "@time_ms"]


@pytest.fixture
def scored(tmp_path):
    """A job of ten rows in chunks of four, the fourth of which is wrong, answered as often as it is called."""
    model = told(lambda table: Answers(table.columns[0] * 2.0), [number("a")])
    made = job(tmp_path, CONTENT, model, Choice(identifier="id"), rows_of_chunk=4)
    made.plan()

    def score(rule=JournalRule(), attempt=1, now_ms=LATER_MS):  # noqa: B008  # it is frozen
        wanted = JobRows(endpoint="doubles", rule=rule, caller="job:7", at_ms=NOON_MS)
        journal = JobJournal(tmp_path / DIRECTORY, wanted, 3, "d" * 64, lambda: now_ms / 1000)
        step = Step(job_id=made.step.job_id, attempt=attempt, token="t")
        for chunk in made.kept.chunks:
            Scoring(made.place, made.kept, made.model, journal).score(step, chunk, lambda _: None)
        return reading.joined(reading.blocks(tmp_path / DIRECTORY / "doubles", Window()), NAMES)

    return score


def test_every_answered_row_is_there_by_its_place_in_the_file(scored):
    found = scored()
    assert found["@row"].tolist() == [0, 1, 2, 4, 5, 6, 7, 8, 9]
    assert found["@key"].tolist() == [f"p{row}" for row in (0, 1, 2, 4, 5, 6, 7, 8, 9)]
    assert found["@prediction"].tolist() == [2.0 * row for row in (0, 1, 2, 4, 5, 6, 7, 8, 9)]
    assert set(found["@caller"]) == {"job:7"}


def test_a_chunk_that_is_answered_again_takes_the_place_of_what_was(scored):
    scored()
    assert len(scored()["@row"]) == 9
    assert len(scored(attempt=2)["@row"]) == 9


def test_rows_are_of_the_moment_at_which_their_chunk_was_answered(scored):
    assert set(scored()["@time_ms"].tolist()) == {LATER_MS}


def test_a_clock_that_was_set_back_makes_no_row_older_than_its_job(scored):
    assert set(scored(now_ms=NOON_MS - DAY_MS)["@time_ms"].tolist()) == {NOON_MS}


def test_a_chunk_that_is_answered_again_days_later_is_there_once(scored, tmp_path):
    scored()
    found = scored(attempt=2, now_ms=NOON_MS + 3 * DAY_MS)
    assert sorted(found["@row"].tolist()) == [0, 1, 2, 4, 5, 6, 7, 8, 9]
    assert set(found["@time_ms"].tolist()) == {NOON_MS + 3 * DAY_MS}
    assert [each[0] for each in refusals.read(tmp_path / DIRECTORY / "doubles", Window())] == [NOON_MS + 3 * DAY_MS]


def test_a_rule_holds_for_jobs_too(scored):
    found = scored(JournalRule(inputs=False))
    assert set(found["a"]) == {None}
    assert len(found["@prediction"]) == 9


def test_without_a_journal_nothing_is_kept(scored, tmp_path):
    assert len(scored(JournalRule(is_kept=False))["@row"]) == 0
    assert not (tmp_path / DIRECTORY / "doubles").exists()


def test_rows_that_were_refused_are_counted_once_however_often_a_chunk_is_answered(scored, tmp_path):
    for attempt in (1, 1, 2):
        scored(attempt=attempt)
        found = refusals.read(tmp_path / DIRECTORY / "doubles", Window())
        assert found == [(LATER_MS, 1, 0, {("a", "wrong_type"): 1})]
