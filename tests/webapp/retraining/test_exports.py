"""Rows are asked for, written apart, told of and handed out: to whoever manages the endpoint, and for a time."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.urls import reverse
from kombu.exceptions import OperationalError

from tests.playground import NOON
from webapp.audit.models import Action, AuditEvent
from webapp.endpoints.models import Endpoint
from webapp.records.deletions import rows_deleted
from webapp.retraining import exporting
from webapp.retraining.errors import NotAskedError, TooManyAskedError
from webapp.retraining.exporting import Wish
from webapp.retraining.models import LOST_AFTER, Export, Stage
from webapp.retraining.tasks import record_export
from worker.contract import names
from worker.contract.export import FILE, ExportFormat, ExportOutcome
from worker.contract.words import Words

LINES = "bill_mm,species\n46.1,Gentoo\n"


@pytest.fixture
def export(penguins, alice, sent) -> Export:
    return exporting.ask(penguins, Wish(), alice, NOON)


def written(export: Export, **facts: Any) -> Export:
    """Let the data plane write the file."""
    (exporting.place(export) / FILE).write_text(LINES)
    known = {"rows": 1_200, "matching": 1_200, "known": 600, "size_bytes": len(LINES), "target": "species"} | facts
    outcome = ExportOutcome(export_id=export.export_id, **known)  # type: ignore[arg-type]  # facts by their names
    record_export(message=json.loads(json.dumps(msgspec.to_builtins(outcome))))
    export.refresh_from_db()
    return export


def page(client, endpoint: Endpoint) -> str:
    content: bytes = client.get(reverse("exports", args=[endpoint.name])).content
    return content.decode().replace("\N{NO-BREAK SPACE}", " ")


def test_what_is_wanted_is_asked_of_the_data_plane(as_alice, penguins, sent):
    form = {"format": "csv", "begins_on": "2025-11-01", "ends_on": "2025-11-10", "versions": ["1"], "with_truth": "on"}
    assert as_alice.post(reverse("exports", args=["penguins"]), form | {"rows": "500"}).status_code == 302
    (name, message) = sent[-1]
    days = (message["end_ms"] - message["first_ms"]) / 86_400_000
    assert (name, message["format"], message["endpoint"]) == (names.TASK_EXPORT_ROWS, "csv", "penguins")
    assert (days, message["rows_max"], message["with_truth"]) == (10, 500, True)
    assert list(message["digests"]) == ["penguins-digest"]
    assert exporting.place(Export.objects.get()).is_dir()


def test_the_trail_tells_who_took_rows_out(as_alice, penguins, sent):
    as_alice.post(reverse("exports", args=["penguins"]), {"format": "parquet"})
    event = AuditEvent.objects.get(action=Action.EXPORTED)
    assert (event.by, event.endpoint, event.after["format"]) == ("alice", "penguins", "parquet")


def test_hashed_features_are_asked_for_as_hashes(penguins, alice, sent):
    penguins.hashed_features = ["island"]
    exporting.ask(penguins, Wish(), alice, NOON)
    assert list(sent[-1][1]["hashed"]) == ["island"]


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"format": "xml"}, "Format"),
        ({"format": "csv", "rows": "0"}, "Rows at most"),
        ({"format": "csv", "rows": "1000001"}, "Rows at most"),
        ({"format": "csv", "versions": ["7"]}, "Versions"),
        ({"format": "csv", "begins_on": "yesterday"}, "From"),
        ({"format": "csv", "begins_on": "2025-11-10", "ends_on": "2025-11-01"}, "must come after"),
        (
            {"format": "csv", "ends_on": "9999-12-31"},
            "Until, with that day: Ensure this value is less than",
        ),
        ({"format": "csv", "begins_on": "0001-01-01"}, "From: Ensure this value is greater than"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_asked(as_alice, penguins, sent, form, said):
    answer = as_alice.post(reverse("exports", args=["penguins"]), form)
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert sent == []


def test_a_file_is_told_of_and_handed_out(as_alice, penguins, export):
    written(export)
    assert "1200 rows, the outcome of 600 is known." in page(as_alice, penguins)
    answer = as_alice.get(reverse("export_file", args=["penguins", export.export_id]))
    assert b"".join(answer.streaming_content).decode() == LINES
    assert answer["Content-Disposition"] == 'attachment; filename="penguins-rows-2025-11-17.parquet"'


def test_the_proxy_of_an_installed_box_sends_the_file(as_alice, penguins, export, settings):
    written(export)
    settings.IS_BEHIND_PROXY = True
    answer = as_alice.get(reverse("export_file", args=["penguins", export.export_id]))
    assert answer["X-Accel-Redirect"] == f"/-/exports/{export.export_id}/rows"
    assert answer.content == b""


@pytest.mark.parametrize("is_behind_proxy", [False, True])
def test_a_link_that_a_model_left_in_place_of_the_file_goes_nowhere(
    as_alice, penguins, export, settings, is_behind_proxy
):
    written(export)
    settings.IS_BEHIND_PROXY = is_behind_proxy
    place = exporting.place(export)
    place.rename(place.with_name("kept"))
    place.symlink_to("kept")
    assert as_alice.get(reverse("export_file", args=["penguins", export.export_id])).status_code == 409


@pytest.mark.parametrize(
    ("format_", "name"),
    [
        (ExportFormat.CSV, "penguins-rows-2025-11-17.csv"),
        (ExportFormat.CAPTURE, "penguins-sagemaker-capture-2025-11-17.jsonl"),
        (ExportFormat.GROUND_TRUTH, "penguins-sagemaker-ground-truth-2025-11-17.jsonl"),
    ],
)
def test_a_file_is_named_by_what_it_is(penguins, alice, sent, format_, name):
    assert exporting.ask(penguins, Wish(format=format_), alice, NOON).file_name == name


def test_what_the_file_leaves_out_is_said(as_alice, penguins, export):
    written(export, matching=9_000_000, without_inputs=40, hashed=("island",))
    shown = page(as_alice, penguins)
    assert "Drawn by chance from 9,000,000 rows." in shown
    assert "40 rows are left out: the journal keeps only their answers." in shown
    assert "Hashes, and no values: island." in shown


def test_an_endpoint_that_keeps_no_inputs_says_so_before_anybody_asks(as_alice, penguins):
    Endpoint.objects.update(keeps_inputs=False)
    assert "keeps only answers at present" in page(as_alice, penguins)


def test_why_there_is_no_file_is_said_in_the_readers_language(as_alice, penguins, export):
    reason = Words("The journal keeps only the answers of these {rows:,} rows, and not what was asked.", {"rows": 1200})
    exporting.record(ExportOutcome(export_id=export.export_id, reason=reason))
    assert "only the answers of these 1,200 rows" in page(as_alice, penguins)
    url = reverse("exports", args=["penguins"])
    french = as_alice.get(url, headers={"Accept-Language": "fr"}).content.decode()
    assert re.search(r"que les réponses de ces 1\W200 lignes", french)
    assert as_alice.get(reverse("export_file", args=["penguins", export.export_id])).status_code == 409


def test_an_outcome_that_comes_twice_changes_nothing(export):
    written(export)
    exporting.record(ExportOutcome(export_id=export.export_id, reason=Words("The export could not be done.")))
    export.refresh_from_db()
    assert export.stage == Stage.DONE


def test_two_at_a_time(penguins, alice, sent):
    exporting.ask(penguins, Wish(), alice, NOON)
    exporting.ask(penguins, Wish(), alice, NOON)
    with pytest.raises(TooManyAskedError):
        exporting.ask(penguins, Wish(), alice, NOON)
    assert exporting.ask(penguins, Wish(), alice, NOON + LOST_AFTER + timedelta(seconds=1)).stage == Stage.ASKED


def test_the_last_ten_are_kept(penguins, alice, sent):
    made = [written(exporting.ask(penguins, Wish(), alice, NOON + timedelta(hours=hour))) for hour in range(12)]
    assert Export.objects.count() == 10
    assert not exporting.place(made[0]).exists()
    assert exporting.place(made[-1]).exists()


def test_files_go_when_their_time_is_over_and_those_of_nobody_too(export, settings):
    written(export)
    orphan = Path(settings.SPOOL_DIR) / "exports" / "absent"
    orphan.mkdir()
    exporting.clear(NOON)
    assert Export.objects.exists()
    exporting.clear(NOON + timedelta(days=settings.JOB_DAYS, hours=1))
    assert not Export.objects.exists()
    assert not exporting.place(export).exists()
    assert orphan.exists(), "It may be one that is being made"


def test_a_queue_that_is_away_leaves_nothing_behind(as_alice, penguins, alice, monkeypatch):
    def refuse(*_: Any, **__: Any) -> None:
        raise OperationalError

    monkeypatch.setattr("webapp.celery.app.send_task", refuse)
    with pytest.raises(NotAskedError):
        exporting.ask(penguins, Wish(), alice, NOON)
    assert not Export.objects.exists()
    assert as_alice.post(reverse("exports", args=["penguins"]), {"format": "csv"}).status_code == 503


def test_the_export_of_another_endpoint_is_absent(as_alice, alice, penguins, export):
    from tests.playground import deployed_endpoint  # noqa: PLC0415  # only here are there two

    deployed_endpoint(alice, "gulls")
    assert as_alice.get(reverse("export_file", args=["gulls", export.export_id])).status_code == 404


def test_a_program_asks_waits_and_takes(client, penguins, sent, key):
    url = "/api/v1/endpoints/penguins/exports"
    body = {"format": "csv", "from": "2025-11-01T00:00:00Z", "with_truth": True, "rows": 50}
    asked = client.post(url, body, content_type="application/json", headers=key)
    assert (asked.status_code, asked.json()["status"], asked.json()["rows"]) == (202, "asked", None)
    written(Export.objects.get())
    told = client.get(f"{url}/{asked.json()['id']}", headers=key).json()
    assert (told["status"], told["rows"], told["target"]) == ("done", 1_200, "species")
    assert b"".join(client.get(told["url"], headers=key).streaming_content).decode() == LINES
    assert [each["id"] for each in client.get(url, headers=key).json()] == [told["id"]]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"versions": [9]}, "version 9 never stood behind 'penguins'"),
        ({"rows": 0}, "0 is not between 1 and 1,000,000"),
        ({"from": "2025-11-10T00:00:00Z", "to": "2025-11-01T00:00:00Z"}, "is not after"),
    ],
)
def test_a_program_is_told_what_cannot_be(client, penguins, sent, key, body, said):
    answer = client.post("/api/v1/endpoints/penguins/exports", body, content_type="application/json", headers=key)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_input")
    assert said in answer.json()["error"]


def test_rows_that_a_person_had_deleted_are_in_no_file_any_more(penguins, export):
    done = written(export)
    file = exporting.place(done) / FILE
    rows_deleted.send(None, endpoints=["others"])
    assert Export.objects.filter(pk=done.pk).exists()
    rows_deleted.send(None, endpoints=[penguins.name])
    assert not Export.objects.filter(pk=done.pk).exists()
    assert not file.parent.exists()
