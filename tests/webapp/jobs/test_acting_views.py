"""What people do with jobs on pages: what cannot be is told on the page, what can leads to the job."""

from html import unescape
from io import BytesIO
from typing import Any

import msgspec
import pytest
from django.utils import timezone

from tests.playground import manifest
from tests.webapp.jobs.builders import add_job, understanding
from webapp.endpoints.models import Deployment
from webapp.jobs import files, submitting
from webapp.jobs.models import BatchJob, Status

pytestmark = pytest.mark.django_db

ROWS = b"bill_mm,island,year\n46.1,Biscoe,2007\n"


def rows() -> BytesIO:
    file = BytesIO(ROWS)
    file.name = "rows.csv"
    return file


def told(answer: Any, status: int) -> str:
    assert answer.status_code == status
    return unescape(answer.content.decode())


def act(client: Any, job: BatchJob, what: str, **said: str) -> Any:
    return client.post(f"/jobs/{job.job_id}/{what}/", said)


def after(answer: Any, job: BatchJob) -> BatchJob:
    assert answer.status_code == 302
    assert answer["Location"] == f"/jobs/{job.job_id}/"
    job.refresh_from_db()
    return job


def test_the_endpoint_s_page_says_beforehand_what_is_taken_and_kept(as_bob, penguins, settings):
    settings.UPLOAD_BYTES_MAX, settings.JOB_DAYS = 3 << 30, 9
    text = told(as_bob.get("/endpoints/penguins/"), 200)
    assert "at most 3\N{NO-BREAK SPACE}GiB" in text
    assert "deleted 9 days after the job has ended" in text
    assert "/endpoints/penguins/jobs/blank.csv" in text


def test_a_file_is_read_first(as_bob, penguins):
    answer = as_bob.post("/endpoints/penguins/jobs/", {"file": rows()}, headers={"Accept-Language": "fr"})
    job = BatchJob.objects.get()
    assert after(answer, job).status == Status.READING
    assert (job.file_name, job.language, job.input_bytes) == ("rows.csv", "fr", len(ROWS))
    assert (files.directory(job) / "input").read_bytes() == ROWS


def test_no_file_is_told_beside_the_field(as_bob, penguins):
    text = told(as_bob.post("/endpoints/penguins/jobs/"), 400)
    assert "Choose a file first; nothing was sent." in text
    assert "Ask the model" in text


def test_an_upload_that_is_not_there_is_told(as_bob, penguins):
    text = told(as_bob.post("/endpoints/penguins/jobs/", {"upload": "0" * 32}), 400)
    assert "The file that was sent is no longer here." in text


def test_without_a_version_nothing_is_taken(as_bob, penguins):
    Deployment.objects.update(ended_at=timezone.now())
    told(as_bob.post("/endpoints/penguins/jobs/", {"file": rows()}), 409)
    assert not BatchJob.objects.exists()


def test_too_many_jobs_are_told(as_bob, penguins, waiting, monkeypatch):
    monkeypatch.setattr(submitting, "NOT_ENDED_MAX", 1)
    text = told(as_bob.post("/endpoints/penguins/jobs/", {"file": rows()}), 409)
    assert "jobs that have not ended" in text


def test_who_comes_by_the_address_is_led_to_the_form(as_bob, penguins):
    assert as_bob.get("/endpoints/penguins/jobs/?_example=1")["Location"] == "/endpoints/penguins/?_example=1"


@pytest.mark.parametrize("what", ["correct", "start", "cancel", "retry", "again"])
def test_nothing_is_done_by_looking(as_bob, waiting, what):
    assert as_bob.get(f"/jobs/{waiting.job_id}/{what}/").status_code == 405


@pytest.mark.parametrize(
    ("status", "what"),
    [
        (Status.RUNNING, "correct"),
        (Status.RUNNING, "start"),
        (Status.SUCCEEDED, "cancel"),
        (Status.WAITING, "retry"),
        (Status.RUNNING, "delete"),
    ],
)
def test_what_the_status_does_not_allow_is_told(as_bob, bob, penguins, status, what):
    job = add_job(bob, penguins, status)
    assert "That is no longer possible" in told(act(as_bob, job, what), 409)
    job.refresh_from_db()
    assert job.status == status


@pytest.mark.parametrize("what", ["correct", "start", "retry", "again"])
def test_who_may_no_longer_ask_the_endpoint_computes_nothing(as_bob, penguins, waiting, what):
    penguins.groups.clear()
    told(act(as_bob, waiting, what), 404)


def test_start(as_bob, waiting):
    job = after(act(as_bob, waiting, "start"), waiting)
    assert (job.status, job.wrong_rows_accepted, job.expires_at) == (Status.QUEUED, False, None)


def test_start_with_a_mail_at_the_end(as_bob, bob, waiting, settings):
    settings.MAIL_FROM = "box@example.org"
    bob.email = "bob@example.org"
    bob.save()
    assert "bob@example.org" in told(as_bob.get(f"/jobs/{waiting.job_id}/"), 200)
    assert after(act(as_bob, waiting, "start", mail="1"), waiting).mail


def test_no_mail_is_offered_nor_promised_where_the_box_sends_none(as_bob, waiting):
    assert 'name="mail"' not in told(as_bob.get(f"/jobs/{waiting.job_id}/"), 200)
    assert "the box sends no mail" in told(act(as_bob, waiting, "start", mail="1"), 400)
    waiting.refresh_from_db()
    assert waiting.status == Status.WAITING


def test_most_rows_wrong_start_only_when_accepted(as_bob, waiting):
    waiting.understanding_json = msgspec.to_builtins(understanding(sample_wrong=900))
    waiting.save()
    assert "Most rows cannot be answered." in told(act(as_bob, waiting, "start"), 400)
    job = after(act(as_bob, waiting, "start", accept_wrong_rows="1"), waiting)
    assert (job.status, job.wrong_rows_accepted) == (Status.QUEUED, True)


def test_without_a_needed_column_nothing_starts(as_bob, waiting):
    waiting.understanding_json = msgspec.to_builtins(understanding(absent=("island",)))
    waiting.save()
    assert "Say first which columns" in told(act(as_bob, waiting, "start", accept_wrong_rows="1"), 400)


def test_cancel(as_bob, waiting):
    assert after(act(as_bob, waiting, "cancel"), waiting).status == Status.CANCELED


def test_a_failed_job_is_tried_again(as_bob, bob, penguins):
    job = add_job(bob, penguins, Status.FAILED)
    assert after(act(as_bob, job, "retry"), job).status == Status.QUEUED


@pytest.mark.parametrize("what", ["retry", "correct"])
def test_without_its_file_nothing_is_tried_again(as_bob, bob, penguins, what):
    now = timezone.now()
    job = add_job(bob, penguins, Status.FAILED, files_deleted_at=now, expires_at=now)
    assert "The files of this job are deleted." in told(act(as_bob, job, what), 409)


def test_a_file_that_could_not_be_read_is_read_otherwise(as_bob, bob, penguins):
    job = add_job(bob, penguins, Status.FAILED, expires_at=timezone.now())
    job = after(act(as_bob, job, "correct", encoding="windows-1252"), job)
    assert (job.status, job.choice.encoding, job.expires_at) == (Status.READING, "windows-1252", None)


def test_a_wrong_correction_is_told(as_bob, waiting):
    same = {"column-0": "Island", "column-1": "Island"}
    assert "is chosen for both Bill and Island" in told(act(as_bob, waiting, "correct", **same), 400)


def test_another_version_answers_the_same_file(as_bob, succeeded):
    model = succeeded.version.model
    known = {"created_by": model.owner, "publication_json": {}}
    model.versions.create(number=2, digest="b", inspection_id="b", **known).mark_ready(manifest())
    answer = act(as_bob, succeeded, "again", version="2")
    again = BatchJob.objects.get(former=succeeded)
    assert after(answer, again).version.number == 2


@pytest.mark.parametrize("number", ["1", "7", "", "x"])
def test_a_version_that_cannot_answer_is_refused(as_bob, succeeded, number):
    assert "This version cannot answer the file." in told(act(as_bob, succeeded, "again", version=number), 400)


def test_deleting_asks_first(as_bob, succeeded):
    assert "Delete the job of “penguins of the station.csv”?" in told(
        as_bob.get(f"/jobs/{succeeded.job_id}/delete/"), 200
    )
    assert BatchJob.objects.exists()
    assert act(as_bob, succeeded, "delete")["Location"] == "/jobs/"
    assert not BatchJob.objects.exists()
    assert not files.directory(succeeded).exists()
