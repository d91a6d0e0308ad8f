"""A request's id: taken from the front or made, told to whoever asked, and named by every log line and page of it."""

import logging
import re
from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.webapp.api.test_api import with_key
from webapp import request_id
from webapp.celery import app
from webapp.jobs.models import BatchJob
from webapp.jobs.requests import request as asked_of_the_data_plane

GIVEN = "front-17.a_B"


@pytest.fixture
def lines() -> Iterator[StringIO]:
    """What the site's own handler writes, as it is set up."""
    (handler,) = [each for each in logging.getLogger("django").handlers if type(each) is logging.StreamHandler]
    before = handler.setStream(StringIO())
    yield handler.stream
    handler.setStream(before)


@pytest.fixture
def failing(client: Client, bob, monkeypatch) -> Client:
    """A browser of Bob's, before a page that fails."""

    def fail() -> bool:
        message = "on purpose"
        raise RuntimeError(message)

    monkeypatch.setattr("webapp.endpoints.views.inference_answers", fail)
    client.raise_request_exception = False
    client.force_login(bob, "django.contrib.auth.backends.ModelBackend")
    return client


def test_the_id_of_the_front_is_taken(client, db):
    assert client.get("/login/", headers={"X-Request-ID": GIVEN})["X-Request-ID"] == GIVEN


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, "<b>", "é", "a\nb"])
def test_what_is_no_id_is_replaced(client, db, given):
    told = client.get("/login/", headers={"X-Request-ID": given})["X-Request-ID"]
    assert re.fullmatch(r"[0-9a-f]{16}", told)


def test_each_request_without_an_id_gets_its_own(client, db):
    assert client.get("/login/")["X-Request-ID"] != client.get("/login/")["X-Request-ID"]


def test_nothing_stays_of_it_after_the_answer(client, db):
    client.get("/login/", headers={"X-Request-ID": GIVEN})
    assert request_id.current() == ""


def test_a_line_of_the_log_names_the_request(failing, lines):
    failing.get("/", headers={"X-Request-ID": GIVEN})
    assert f"ERROR django.request [{GIVEN}]: Internal Server Error: /" in lines.getvalue()


def test_a_line_that_is_about_no_request_names_none(lines):
    logging.getLogger("django").warning("The box is quiet.")
    assert lines.getvalue().endswith("WARNING django: The box is quiet.\n")


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "This request, in every log:"), ("fr", "Cette demande, dans tous les journaux\u00a0:")],
)
def test_the_page_of_a_failure_tells_what_to_tell_an_administrator(failing, language, words):
    answer = failing.get("/", headers={"X-Request-ID": GIVEN, "Accept-Language": language})
    page = answer.content.decode()
    assert (answer.status_code, answer["X-Request-ID"]) == (500, GIVEN)
    assert f"{words} <code>{GIVEN}</code>" in page


def test_a_program_is_told_it_too(bob, monkeypatch):
    monkeypatch.setattr("webapp.api.jobs.rows_under_way", None)  # to call it fails
    asker = with_key(bob)
    asker.raise_request_exception = False
    answer = asker.get("/api/v1/jobs", headers={"X-Request-ID": GIVEN})
    assert answer.status_code == 500
    assert f"at request {GIVEN}." in answer.json()["hint"]


def test_a_job_keeps_it_and_every_step_tells_it_to_the_data_plane(bob, penguins, monkeypatch):
    monkeypatch.setattr(app, "send_task", lambda *_arguments, **_options: None)
    file = SimpleUploadedFile("rows.csv", b"bill_mm,island\n46.1,Biscoe\n")
    asker = with_key(bob)
    url = asker.post("/api/v1/endpoints/penguins/jobs", {"file": file}, headers={"X-Request-ID": GIVEN}).json()["url"]
    job = BatchJob.objects.get()
    assert asker.get(url).json()["request_id"] == job.request_id == GIVEN
    assert asked_of_the_data_plane(job.steps.get()).step.request_id == GIVEN


def test_the_page_of_a_job_shows_it(as_bob, bob, penguins, monkeypatch):
    test_a_job_keeps_it_and_every_step_tells_it_to_the_data_plane(bob, penguins, monkeypatch)
    page = as_bob.get(f"/jobs/{BatchJob.objects.get().job_id}/").content.decode()
    assert f"(request <code>{GIVEN}</code>)" in page
