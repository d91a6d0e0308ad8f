"""A file of outcomes is looked at, its columns are chosen, and what became of each line is told."""

import html
import re
from datetime import timedelta

import msgspec
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from kombu.exceptions import OperationalError

from tests.playground import NOON
from tests.webapp.monitoring.test_health import window
from webapp.monitoring import running
from webapp.records import truth_uploads
from webapp.records.models import FileStage, TruthFile
from worker.contract.monitoring_run import MonitorOutcome, WindowReport
from worker.journal import block

CHOSEN = {"by": "request", "key": "request_id", "value": "truth", "row": ""}


@pytest.fixture
def noted(plane, penguins, bob):
    plane.note(penguins, f"page:{bob.pk}", "a", "b")
    return penguins


def send(client, content: str = "request_id;truth\na;Adelie\nlater;Gentoo\nb;Dodo\n"):
    file = SimpleUploadedFile("outcomes.csv", content.encode(), "text/csv")
    return client.post(reverse("truth_files", args=["penguins"]), {"file": file})


def address() -> str:
    return reverse("truth_file", args=["penguins", TruthFile.objects.get().file_id])


def text(response) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())))


def test_what_was_understood_is_shown_before_anything_is_taken(as_bob, noted):
    assert send(as_bob).status_code == 302
    told = text(as_bob.get(address()))
    assert "CSV, UTF-8, separated by semicolons" in told
    assert "request_id truth a Adelie" in told
    assert TruthFile.objects.get().stage == FileStage.WAITING


def test_columns_that_are_called_so_are_chosen_beforehand(as_bob, noted):
    send(as_bob, "when;request_id;truth\n1;a;Adelie\n")
    told = as_bob.get(address()).content.decode()
    assert '<option value="request_id" selected>' in told
    assert '<option value="truth" selected>' in told


def test_what_became_of_each_line_is_told(as_bob, noted):
    send(as_bob)
    as_bob.post(address(), CHOSEN)
    told = text(as_bob.get(address()))
    assert "2 of 3 outcomes are kept." in told
    assert "Joined with rows of the sender's own 1" in told
    assert "Of rows of others, or of none so far 1" in told
    assert "Malformed, and not kept 1" in told
    assert "Line 4 Dodo is not one of 'Adelie', 'Gentoo'." in told


def test_rows_of_others_are_told_of_to_those_who_manage_the_endpoint_alone(as_bob, as_alice, noted, plane, alice):
    plane.note(noted, f"api:{alice.pk}", "hers", row=(46.1, "Biscoe", 2007, True, "4711"))
    content = "note;truth\n4711;Adelie\nabsent;Gentoo\n"
    by_note = CHOSEN | {"by": "feature:note", "key": "note"}
    send(as_bob, content)
    as_bob.post(address(), by_note)
    told = text(as_bob.get(address()))
    assert "2 of 2 outcomes are kept." in told
    assert "Joined with rows of the sender's own 0 Rows among these whose outcome is known by them 0" in told
    assert "Of rows of others, or of none so far 2" in told
    TruthFile.objects.all().delete()
    send(as_alice, content)
    as_alice.post(address(), by_note)
    told = text(as_alice.get(address()))
    assert "Joined with rows that were answered 1 Rows whose outcome is known by them 1" in told
    assert "Of rows that nobody has asked yet 1" in told


def today() -> WindowReport:
    return window((timezone.now() - NOON) // timedelta(days=1))


def look(plane, endpoint) -> int:
    """Look at the endpoint, find today's window, and return from when on rows were looked at."""
    plane.is_busy = True
    run = running.ask(endpoint, endpoint.champion.version, timezone.now())
    plane.is_busy = False
    running.record(MonitorOutcome(run_id=run.run_id, windows=(today(),)), timezone.now())
    return int(plane.last["from_ms"])


def test_once_a_file_is_taken_closed_windows_are_looked_at_again_once(as_bob, noted, plane):
    assert look(plane, noted) == 0
    send(as_bob)
    assert look(plane, noted) == today().ends_ms + 1
    as_bob.post(address(), CHOSEN)
    assert look(plane, noted) == today().begins_ms
    assert look(plane, noted) == today().ends_ms + 1


def test_a_file_of_which_nothing_was_taken_has_nothing_looked_at_again(as_bob, noted, plane):
    look(plane, noted)
    send(as_bob, "request_id;truth\na;Dodo\n")
    as_bob.post(address(), CHOSEN)
    assert look(plane, noted) == today().ends_ms + 1


def test_outcomes_by_a_hashed_value_are_joined_and_the_value_is_not_kept(as_bob, noted, plane, bob):
    noted.hashed_features = ["note"]
    noted.save()
    plane.note(noted, f"page:{bob.pk}", "hashed", row=(46.1, "Biscoe", 2007, True, "somebody"))
    send(as_bob, "note;truth\nsomebody;Adelie\n")
    as_bob.post(address(), CHOSEN | {"by": "feature:note", "key": "note"})
    assert "Joined with rows of the sender's own 1" in text(as_bob.get(address()))
    (kept,) = (plane.journal / "penguins" / "truth").iterdir()
    columns = block.decode(next(iter(block.frames(memoryview(kept.read_bytes()))))).columns
    assert "somebody" not in columns["@key"].tolist()


def test_the_cells_of_the_file_are_not_kept_once_it_is_taken(as_bob, noted, settings):
    send(as_bob)
    as_bob.post(address(), CHOSEN)
    file = TruthFile.objects.get()
    outcome = file.outcome
    assert outcome is not None
    assert outcome.understanding is None
    assert not truth_uploads.directory(file).exists()


def test_how_far_back_rows_were_looked_for_is_told(as_bob, noted):
    send(as_bob)
    as_bob.post(address(), CHOSEN)
    assert "The journal is large" not in text(as_bob.get(address()))
    outcome = TruthFile.objects.get().outcome
    assert outcome is not None
    told = msgspec.structs.replace(outcome, stopped_at="2026-11-20")
    TruthFile.objects.update(outcome_json=msgspec.to_builtins(told))
    assert "The journal is large: rows were looked for back to 2026-11-20." in text(as_bob.get(address()))


@pytest.mark.parametrize(
    "wrong", [{"key": "absent"}, {"value": "request_id"}, {"by": "everything"}, {"by": "feature:absent"}]
)
def test_columns_that_cannot_be_meant_are_refused(as_bob, noted, wrong):
    send(as_bob)
    response = as_bob.post(address(), CHOSEN | wrong)
    assert response.status_code == 400
    assert "Choose two different columns" in text(response)
    assert TruthFile.objects.get().stage == FileStage.WAITING


def test_where_no_inputs_are_kept_rows_are_known_by_no_feature(as_bob, noted):
    noted.keeps_inputs = False
    noted.save()
    send(as_bob, "note;truth\n4711;Adelie\n")
    assert "feature:note" not in as_bob.get(address()).content.decode()
    response = as_bob.post(address(), CHOSEN | {"by": "feature:note", "key": "note"})
    assert response.status_code == 400
    assert "This endpoint keeps no inputs, so no row is known by a feature" in text(response)
    assert TruthFile.objects.get().stage == FileStage.WAITING


def test_what_is_no_table_is_told(as_bob, noted):
    send(as_bob, " ")
    assert "Nothing of the file was taken." in text(as_bob.get(address()))


def test_a_file_can_be_discarded(as_bob, noted):
    send(as_bob)
    file = TruthFile.objects.get()
    as_bob.post(address(), {"discard": "1"})
    assert not TruthFile.objects.exists()
    assert not truth_uploads.directory(file).exists()


def test_without_a_file_nothing_begins(as_bob, noted):
    response = as_bob.post(reverse("truth_files", args=["penguins"]), {})
    assert response.status_code == 400
    assert "Choose a file first" in text(response)


def test_a_file_that_is_too_large_is_refused(as_bob, noted, monkeypatch):
    monkeypatch.setattr(truth_uploads, "BYTES_MAX", 3)
    assert send(as_bob).status_code == 413
    assert not TruthFile.objects.exists()


def test_where_the_queue_is_away_nothing_is_left(as_bob, noted, monkeypatch, settings):
    def refuse(*_arguments, **_options):
        raise OperationalError

    monkeypatch.setattr("webapp.celery.app.send_task", refuse)
    assert send(as_bob).status_code == 503
    assert not TruthFile.objects.exists()
    assert list((settings.SPOOL_DIR / "batch").iterdir()) == []


def test_files_of_others_are_absent_but_for_administrators(as_bob, as_alice, as_charlie, noted):
    send(as_bob)
    assert as_charlie.get(address()).status_code == 404
    assert as_alice.get(address()).status_code == 200
    TruthFile.objects.update(sent_by=as_alice.get(address()).wsgi_request.user)
    assert as_bob.get(address()).status_code == 404


def test_what_nobody_goes_on_with_is_given_up_and_its_cells_are_forgotten(as_bob, noted):
    send(as_bob)
    truth_uploads.give_up_old(timezone.now() + timedelta(minutes=59))
    assert TruthFile.objects.get().stage == FileStage.WAITING
    truth_uploads.give_up_old(timezone.now() + timedelta(minutes=61))
    file = TruthFile.objects.get()
    assert (file.stage, file.outcome) == (FileStage.FAILED, None)
    assert "Nothing of the file was taken." in text(as_bob.get(address()))
