"""What a program may wish for at the end of its job, and how it ends one."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.playground import NOON
from webapp.jobs.models import BatchJob, Status

START = "/api/v1/endpoints/penguins/jobs"


@pytest.fixture
def job(bob, penguins) -> BatchJob:
    version = penguins.champion.version
    known = {"endpoint": penguins, "version": version, "owner": bob, "file_name": "p.csv", "input_bytes": 10}
    return BatchJob.objects.create(**known, language="en", created_at=NOON)


def send(client: Client, **fields: str) -> Any:
    return client.post(START, {"file": SimpleUploadedFile("p.csv", b"bill_mm\n1\n"), **fields})


def test_a_host_that_no_administrator_named_is_refused_and_no_job_begun(as_bob, penguins):
    answer = send(as_bob, webhook="http://elsewhere.example/")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_input")
    assert "BASTIDE_WEBHOOK_HOSTS" in answer.json()["error"]
    assert not BatchJob.objects.exists()


def test_mail_that_cannot_be_sent_is_refused(as_bob, penguins):
    answer = send(as_bob, mail="1")
    assert (answer.status_code, BatchJob.objects.count()) == (400, 0)
    assert "BASTIDE_SMTP_URL" in answer.json()["error"]


def test_what_is_wished_for_is_kept(as_bob, bob, penguins, settings):
    settings.WEBHOOK_HOSTS, settings.MAIL_FROM = ("n8n.example",), "box@example.org"
    bob.email = "bob@example.org"
    bob.save()
    answer = send(as_bob, mail="1", webhook="https://n8n.example/hook")
    assert answer.status_code == 202
    job = BatchJob.objects.get()
    assert (job.mail, job.webhook) == (True, "https://n8n.example/hook")


def test_a_stranger_cancels_nothing(as_charlie, job):
    assert as_charlie.post(f"/api/v1/jobs/{job.job_id}/cancel").status_code == 404
    job.refresh_from_db()
    assert job.status == Status.QUEUED


def test_a_job_is_canceled_and_stays(as_bob, job):
    answer = as_bob.post(f"/api/v1/jobs/{job.job_id}/cancel")
    assert (answer.status_code, answer.json()["status"]) == (200, "canceled")


def test_a_job_that_has_ended_is_left_as_it_is(as_bob, job):
    BatchJob.objects.update(status=Status.SUCCEEDED)
    answer = as_bob.post(f"/api/v1/jobs/{job.job_id}/cancel")
    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state")
    assert BatchJob.objects.get().status == Status.SUCCEEDED
