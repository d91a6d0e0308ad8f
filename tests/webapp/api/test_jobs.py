"""`/api/v1/jobs`: who may begin, see, and act on jobs, and what programs are told."""

import os
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from tests.playground import add_user
from tests.webapp.api.test_api import with_key
from tests.webapp.jobs.builders import add_job
from tests.webapp.jobs.played import directories
from webapp.celery import app
from webapp.endpoints.deploying import withdraw
from webapp.jobs import files, submitting
from webapp.jobs.models import BatchJob, Status
from webapp.registry.models import ModelVersion
from webapp.registry.models import Status as VersionStatus
from webapp.uploading.bodies import BODY_NAME, BODY_PATH
from webapp.uploading.models import Upload
from webapp.uploading.under_way import begin
from worker.contract.batch import INPUT

JOBS = "/api/v1/jobs"
START = "/api/v1/endpoints/penguins/jobs"
ROWS = b"bill_mm,island\n46.1,Biscoe\n"


@pytest.fixture(autouse=True)
def _queue(monkeypatch):
    monkeypatch.setattr(app, "send_task", lambda *_arguments, **_options: None)


@pytest.fixture
def upload(bob) -> Upload:
    """A resumable upload of Bob's that has arrived as a whole."""
    upload = begin(bob, "rows.csv", len(ROWS), timezone.now())
    upload.path.write_bytes(ROWS)
    return upload


@pytest.fixture
def succeeded(bob, penguins) -> BatchJob:
    """A job of Bob's that has its result."""
    return add_job(bob, penguins, Status.SUCCEEDED)


def send(client: Client, **fields: str) -> Any:
    return client.post(START, {"file": SimpleUploadedFile("rows.csv", ROWS), **fields})


def leave_group(endpoint) -> None:
    endpoint.groups.clear()


def refused(answer: Any) -> tuple[int, str]:
    body = answer.json()
    assert set(body) == {"error", "code", "hint"}
    assert body["error"]
    assert body["hint"]
    return answer.status_code, body["code"]


def test_nobody_begins_a_job(client, penguins):
    assert refused(send(client)) == (401, "unauthenticated")


def test_a_stranger_begins_no_job_and_sees_no_endpoint(charlie, penguins):
    assert refused(send(with_key(charlie))) == (404, "not_found")
    assert not BatchJob.objects.exists()


def test_a_request_without_a_file_begins_no_job(bob, penguins):
    assert refused(with_key(bob).post(START, {"separator": "comma"})) == (400, "invalid_input")


@pytest.mark.parametrize("wrong", [{"encoding": "klingon"}, {"mapping": "[["}, {"language": "de"}, {"output": "exe"}])
def test_what_cannot_be_chosen_begins_no_job_and_keeps_the_upload(bob, penguins, upload, wrong):
    answer = with_key(bob).post(START, {"upload": upload.pk, **wrong})
    assert refused(answer) == (400, "invalid_input")
    assert upload.path.exists()
    assert Upload.objects.exists()


def test_where_nothing_is_deployed_the_upload_is_kept(alice, bob, penguins, upload):
    withdraw(penguins.deployments.get(), alice, timezone.now())
    assert refused(with_key(bob).post(START, {"upload": upload.pk})) == (409, "wrong_state")
    assert (upload.path.read_bytes(), Upload.objects.count(), directories()) == (ROWS, 1, [])


def test_who_has_too_many_jobs_keeps_the_upload(bob, penguins, upload, monkeypatch):
    monkeypatch.setattr(submitting, "NOT_ENDED_MAX", 0)
    assert refused(with_key(bob).post(START, {"upload": upload.pk})) == (429, "too_many_jobs")
    assert (upload.path.read_bytes(), Upload.objects.count(), directories()) == (ROWS, 1, [])


def test_a_disk_without_room_for_the_result_keeps_the_upload(bob, penguins, upload, settings):
    settings.DISK_RESERVE_BYTES = 1 << 60
    assert refused(with_key(bob).post(START, {"upload": upload.pk})) == (507, "disk_full")
    assert (upload.path.read_bytes(), Upload.objects.count(), directories()) == (ROWS, 1, [])


def test_a_strangers_upload_begins_no_job(penguins, upload):
    assert refused(with_key(add_user("sam")).post(START, {"upload": upload.pk})) == (404, "not_found")


def test_an_upload_that_has_not_arrived_begins_no_job(bob, penguins, upload):
    os.truncate(upload.path, 3)
    assert refused(with_key(bob).post(START, {"upload": upload.pk})) == (409, "wrong_state")


def test_an_upload_becomes_one_job(bob, penguins, upload, django_capture_on_commit_callbacks):
    program = with_key(bob)
    with django_capture_on_commit_callbacks(execute=True):
        assert program.post(START, {"upload": upload.pk}).status_code == 202
    assert refused(program.post(START, {"upload": upload.pk})) == (404, "not_found")
    assert (files.directory(BatchJob.objects.get()) / INPUT).read_bytes() == ROWS
    assert not upload.path.exists()


def test_a_form_with_a_file_becomes_a_job(bob, penguins):
    answer = send(with_key(bob), separator="comma", accept_wrong_rows="1", language="fr")
    job = BatchJob.objects.get()
    assert answer.status_code == 202
    assert answer.json() == {"id": job.job_id, "status": "queued", "url": f"http://testserver{JOBS}/{job.job_id}"}
    assert (job.file_name, job.input_bytes, job.language) == ("rows.csv", len(ROWS), "fr")
    assert (job.choice.separator, job.wrong_rows_accepted) == (",", True)


def test_a_body_that_is_a_file_becomes_a_job(bob, penguins, tmp_path):
    path = tmp_path / "spool" / "uploads" / "body"
    path.write_bytes(ROWS)
    known: Any = {BODY_PATH: str(path), BODY_NAME: "rows.csv"}
    answer = with_key(bob).post(f"{START}?output=parquet", ROWS, "text/csv", **known)
    assert answer.status_code == 202, answer.content
    assert BatchJob.objects.get().choice.output == "parquet"


def test_a_language_is_the_readers_unless_said(bob, penguins):
    program = with_key(bob)
    program.post(START, {"file": SimpleUploadedFile("rows.csv", ROWS)}, headers={"Accept-Language": "fr"})
    assert BatchJob.objects.get().language == "fr"


ACTS = [("GET", ""), ("DELETE", ""), ("GET", "/result"), ("GET", "/wrong-rows"), ("POST", "/retry")]
ACTS += [("POST", "/again?version=1")]


@pytest.mark.parametrize(("method", "act"), ACTS)
def test_a_colleagues_job_is_as_good_as_absent(succeeded, method, act):
    program = with_key(add_user("sam"))
    strange, absent = (program.generic(method, f"{JOBS}/{name}{act}") for name in (succeeded.job_id, "f" * 32))
    assert refused(strange) == refused(absent) == (404, "not_found")
    assert BatchJob.objects.get().has_files


@pytest.mark.parametrize(("method", "act"), ACTS)
def test_nobody_does_anything(client, succeeded, method, act):
    assert refused(client.generic(method, f"{JOBS}/{succeeded.job_id}{act}")) == (401, "unauthenticated")


def test_who_lost_the_endpoint_still_has_the_result_and_computes_no_more(bob, penguins, succeeded):
    leave_group(penguins)
    program, url = with_key(bob), f"{JOBS}/{succeeded.job_id}"
    assert program.get(f"{url}/result").getvalue() == b"result\n"
    assert refused(program.post(f"{url}/again?version=1")) == (404, "not_found")
    BatchJob.objects.update(status=Status.FAILED)
    assert refused(program.post(f"{url}/retry")) == (404, "not_found")
    assert program.delete(url).status_code == 204


def test_a_job_of_somebody_who_may_not_log_in_any_more_is_the_administrators(alice, bob, succeeded):
    program = with_key(bob)
    bob.is_active = False
    bob.save()
    assert program.get(f"{JOBS}/{succeeded.job_id}").status_code == 401
    assert with_key(alice).get(f"{JOBS}/{succeeded.job_id}").json()["owner"] == "bob"


def test_an_administrator_sees_and_cancels_the_jobs_of_everybody(alice, bob, penguins):
    job = add_job(bob, penguins, Status.RUNNING)
    program = with_key(alice)
    assert [each["id"] for each in program.get(JOBS).json()] == [job.job_id]
    assert program.delete(f"{JOBS}/{job.job_id}").json()["status"] == "canceled"


def test_a_list_is_of_ones_own_jobs_the_newest_first_and_short(bob, penguins, succeeded):
    add_job(add_user("sam"), penguins, Status.SUCCEEDED)
    newest = add_job(bob, penguins, Status.QUEUED, created_at=timezone.now())
    program = with_key(bob)
    assert [each["id"] for each in program.get(JOBS).json()] == [newest.job_id, succeeded.job_id]
    assert [each["id"] for each in program.get(f"{JOBS}?limit=1").json()] == [newest.job_id]
    assert len(program.get(f"{JOBS}?limit=-5").json()) == 1


def test_a_list_holds_no_cells_and_costs_as_much_for_many_jobs(bob, penguins, django_assert_max_num_queries):
    for _ in range(30):
        add_job(bob, penguins, Status.RUNNING)
    program = with_key(bob)
    with django_assert_max_num_queries(4):
        answer = program.get(JOBS)
    assert len(answer.json()) == 30
    assert b"Biscoe" not in answer.content


def test_a_job_is_described(bob, succeeded):
    told = with_key(bob).get(f"{JOBS}/{succeeded.job_id}").json()
    assert (told["status"], told["rows_done"], told["rows_failed"], told["rows_invalid"]) == (
        "succeeded",
        12_040,
        14,
        14,
    )
    assert (told["endpoint"], told["model"], told["version"], told["owner"]) == ("penguins", "penguins", 1, "bob")
    assert told["understood"]["separator"] == ";"
    assert [problem["row"] for problem in told["problems"]] == [17, 230]
    assert (told["result_bytes"], told["wrong_rows_bytes"]) == (1_842_133, 1_834)


def test_a_program_need_not_know_that_a_file_is_being_read(bob, penguins):
    job = add_job(bob, penguins, Status.READING)
    assert with_key(bob).get(f"{JOBS}/{job.job_id}").json()["status"] == "queued"


def test_a_job_that_failed_says_why(bob, penguins):
    job = add_job(bob, penguins, Status.FAILED)
    told = with_key(bob).get(f"{JOBS}/{job.job_id}").json()
    assert told["reason"] == "The file is not UTF-8: 12 of its characters are not."
    assert told["hint"]


@pytest.mark.parametrize("status", [Status.QUEUED, Status.RUNNING, Status.FAILED, Status.CANCELED])
def test_without_a_result_there_is_nothing_to_download(bob, penguins, status):
    job = add_job(bob, penguins, status)
    for what in ("result", "wrong-rows"):
        assert refused(with_key(bob).get(f"{JOBS}/{job.job_id}/{what}")) == (409, "wrong_state")


def test_a_result_whose_time_is_over_is_not_downloaded(bob, succeeded):
    BatchJob.objects.update(files_deleted_at=timezone.now())
    assert refused(with_key(bob).get(f"{JOBS}/{succeeded.job_id}/result")) == (409, "wrong_state")


def test_where_all_rows_are_right_there_are_no_wrong_ones(bob, succeeded):
    BatchJob.objects.update(wrong_rows_bytes=0)
    assert refused(with_key(bob).get(f"{JOBS}/{succeeded.job_id}/wrong-rows")) == (409, "wrong_state")


def test_a_result_is_downloaded_under_the_name_of_the_file(bob, succeeded):
    answer = with_key(bob).get(f"{JOBS}/{succeeded.job_id}/result")
    assert answer.getvalue() == b"result\n"
    assert answer["Content-Disposition"] == 'attachment; filename="penguins of the station predictions.csv"'
    assert answer["Content-Type"] == "text/csv"


def test_what_succeeded_is_not_tried_again(bob, succeeded):
    assert refused(with_key(bob).post(f"{JOBS}/{succeeded.job_id}/retry")) == (409, "wrong_state")


def test_what_failed_is_tried_again(bob, penguins):
    job = add_job(bob, penguins, Status.FAILED)
    answer = with_key(bob).post(f"{JOBS}/{job.job_id}/retry")
    assert (answer.status_code, answer.json()["status"]) == (202, "queued")


@pytest.mark.parametrize("number", ["2", "99", "0"])
def test_a_version_that_the_model_does_not_have_answers_nothing(bob, succeeded, number):
    assert refused(with_key(bob).post(f"{JOBS}/{succeeded.job_id}/again?version={number}")) == (404, "not_found")


def test_a_version_that_is_no_number_is_refused(bob, succeeded):
    assert refused(with_key(bob).post(f"{JOBS}/{succeeded.job_id}/again?version=x")) == (400, "invalid_input")


def test_an_archived_version_answers_nothing(bob, succeeded):
    ModelVersion.objects.update(status=VersionStatus.ARCHIVED)
    assert refused(with_key(bob).post(f"{JOBS}/{succeeded.job_id}/again?version=1")) == (409, "wrong_state")


def test_who_may_use_the_endpoint_may_compare_versions_of_its_model(bob, succeeded):
    answer = with_key(bob).post(f"{JOBS}/{succeeded.job_id}/again?version=1")
    assert answer.status_code == 202
    assert BatchJob.objects.get(job_id=answer.json()["id"]).former == succeeded


def test_a_job_under_way_is_canceled_and_then_deleted(bob, penguins):
    job = add_job(bob, penguins, Status.RUNNING)
    program = with_key(bob)
    assert program.delete(f"{JOBS}/{job.job_id}").json()["status"] == "canceled"
    assert program.delete(f"{JOBS}/{job.job_id}").status_code == 204
    assert refused(program.delete(f"{JOBS}/{job.job_id}")) == (404, "not_found")
    assert not Path(files.directory(job)).exists()
