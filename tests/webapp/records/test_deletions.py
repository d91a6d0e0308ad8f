"""A person's rows are counted, confirmed by what is typed, deleted, and proven, in the trail too."""

import html
import json
import re
from datetime import timedelta
from hashlib import sha256
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone
from kombu.exceptions import OperationalError

from webapp.audit.models import Action, AuditEvent
from webapp.records import deletions
from webapp.records.deletions import NotCountedError, Wish, rows_deleted
from webapp.records.models import DeletionStage, RowDeletion
from webapp.retraining import exporting
from webapp.retraining.models import Export
from worker.contract.records import EndpointProof, ForgetOutcome
from worker.journal import reading
from worker.journal.reading import Window

WISH = {"endpoints": ["penguins"], "by": "request", "ids": "p1\r\np2\r\n", "reason": "case 17"}


@pytest.fixture
def noted(plane, penguins, bob):
    """Rows p1 and p2 of Bob's, one of somebody else's, and what came true of p1."""
    plane.note(penguins, f"page:{bob.pk}", "p1", "p2")
    plane.note(penguins, "api:99", "other")
    return penguins


@pytest.fixture
def counted(as_alice, noted) -> RowDeletion:
    assert as_alice.post(reverse("row_deletions"), WISH).status_code == 302
    return RowDeletion.objects.get()


def rows_left(plane) -> int:
    return reading.count(plane.journal / "penguins", Window())


def text(response) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())))


def address(deletion: RowDeletion) -> str:
    return reverse("row_deletion", args=[deletion.deletion_id])


def test_rows_are_counted_and_nothing_is_deleted(as_alice, counted, plane):
    assert counted.stage == DeletionStage.COUNTED
    told = text(as_alice.get(address(counted)))
    assert "2 rows are meant; nothing is deleted yet." in told
    assert "Type 2 , the number of rows and outcomes" in told
    assert rows_left(plane) == 3
    assert not AuditEvent.objects.filter(action=Action.DELETION_ORDERED).exists()


def test_what_was_typed_wrongly_deletes_nothing(as_alice, counted, plane):
    response = as_alice.post(address(counted), {"typed": "3"})
    assert response.status_code == 400
    assert rows_left(plane) == 3


def test_the_rows_are_deleted_and_the_trail_tells(as_alice, alice, counted, plane):
    assert as_alice.post(address(counted), {"typed": "2"}).status_code == 302
    assert rows_left(plane) == 1
    assert "2 rows are deleted." in text(as_alice.get(address(counted)))
    ordered, deleted = (AuditEvent.objects.get(action=each) for each in (Action.DELETION_ORDERED, Action.ROWS_DELETED))
    assert (ordered.by, ordered.endpoint, ordered.reason) == ("alice", "penguins", "case 17")
    assert deleted.after["rows"] == 2
    assert deleted.by == "alice"


def test_the_proof_is_handed_out_and_its_digest_is_in_the_trail(as_alice, counted):
    as_alice.post(address(counted), {"typed": "2"})
    response = as_alice.get(reverse("row_deletion_proof", args=[counted.deletion_id]))
    assert "attachment" in response["Content-Disposition"]
    proof = json.loads(response.content)
    assert proof["is_complete"] is True
    (endpoint,) = proof["endpoints"]
    assert (endpoint["rows"], endpoint["rows_before"], endpoint["rows_after"], endpoint["rows_left"]) == (2, 3, 1, 0)
    assert endpoint["days"][0]["sha256_before"] != endpoint["days"][0]["sha256_after"]
    told = AuditEvent.objects.get(action=Action.ROWS_DELETED)
    assert told.after["proof"] == sha256(response.content).hexdigest()


def test_nothing_that_names_the_person_is_kept_but_a_fingerprint(as_alice, counted):
    assert counted.selector is not None
    as_alice.post(address(counted), {"typed": "2"})
    counted.refresh_from_db()
    assert counted.selector is None
    proof = deletions.proof_of(counted)
    assert b'"p1"' not in proof
    assert sha256(f"{counted.deletion_id}\np1".encode()).hexdigest().encode() in proof


def test_what_was_found_before_the_deletion_is_not_shown_after_it(as_alice, counted):
    search = {"by": "request", "id": "p1"}
    records = reverse("records", args=["penguins"])
    assert "Gentoo" in text(as_alice.get(records, search))
    as_alice.post(address(counted), {"typed": "2"})
    assert "Nothing is known by that." in text(as_alice.get(records, search))


def test_rows_go_by_the_account_that_asked(as_alice, noted, plane):
    as_alice.post(reverse("row_deletions"), WISH | {"by": "caller", "ids": "bob"})
    deletion = RowDeletion.objects.get()
    as_alice.post(address(deletion), {"typed": "2"})
    assert rows_left(plane) == 1


def test_a_deletion_is_given_up_and_forgets_whom_it_was_about(as_alice, counted, plane):
    as_alice.post(address(counted), {"give_up": "1"})
    counted.refresh_from_db()
    assert (counted.stage, counted.selector) == (DeletionStage.GIVEN_UP, None)
    assert rows_left(plane) == 3


def test_what_nobody_confirms_is_given_up(counted):
    deletions.give_up_old(timezone.now() + timedelta(hours=2))
    counted.refresh_from_db()
    assert (counted.stage, counted.selector) == (DeletionStage.GIVEN_UP, None)


def test_a_deletion_is_confirmed_once(alice, counted):
    deletions.confirm(counted, alice, timezone.now())
    with pytest.raises(NotCountedError):
        deletions.confirm(counted, alice, timezone.now())


def test_where_the_queue_is_away_nothing_is_ordered(as_alice, counted, monkeypatch):
    def refuse(*_arguments, **_options):
        raise OperationalError

    monkeypatch.setattr("webapp.celery.app.send_task", refuse)
    assert as_alice.post(address(counted), {"typed": "2"}).status_code == 503
    counted.refresh_from_db()
    assert counted.stage == DeletionStage.COUNTED
    assert not AuditEvent.objects.filter(action=Action.DELETION_ORDERED).exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"endpoints": []},
        {"endpoints": ["absent"]},
        {"ids": " \r\n"},
        {"ids": "x\n" * 600 + "\n".join(map(str, range(1001)))},
        {"by": "everything"},
        {"by": "feature", "feature": ""},
        {"by": "feature", "feature": "@caller"},
        {"by": "caller", "ids": "nobody"},
        {"reason": ""},
    ],
)
def test_what_selects_nothing_is_refused(as_alice, noted, wrong):
    response = as_alice.post(reverse("row_deletions"), WISH | wrong)
    assert response.status_code == 400
    assert "That selects nothing" in text(response)
    assert not RowDeletion.objects.exists()


def test_it_is_absent_for_whoever_is_no_administrator(as_bob, counted):
    assert as_bob.get(address(counted)).status_code == 404
    assert as_bob.post(address(counted), {"typed": "2"}).status_code == 404


def test_there_is_no_proof_before_the_deletion(as_alice, counted):
    assert as_alice.get(reverse("row_deletion_proof", args=[counted.deletion_id])).status_code == 404


def test_a_second_delivery_of_an_outcome_changes_nothing(alice, counted, plane):
    deletions.confirm(counted, alice, timezone.now())
    done = counted.__class__.objects.get().done
    deletions.record(done)
    assert AuditEvent.objects.filter(action=Action.ROWS_DELETED).count() == 1


def test_a_wish_is_data_and_can_be_made_without_a_page(alice, noted):
    wish = Wish(endpoints=["penguins"], by="request", values=["p1"], reason="case 18")
    counted = deletions.begin(wish, alice, timezone.now()).counted
    assert counted is not None
    assert counted.endpoints[0].rows == 1


@pytest.fixture
def exported(alice, noted, plane) -> Export:
    """An export that may hold rows of which the journal has none any more."""
    plane.is_busy = True
    export = exporting.ask(noted, exporting.Wish(), alice, timezone.now())
    plane.is_busy = False
    return export


def test_rows_that_only_an_export_holds_still_can_be_deleted(as_alice, exported):
    as_alice.post(reverse("row_deletions"), WISH | {"ids": "gone"})
    deletion = RowDeletion.objects.get()
    told = text(as_alice.get(address(deletion)))
    assert "1 export or replay of these endpoints is deleted too" in told
    assert as_alice.post(address(deletion), {"typed": "0"}).status_code == 302
    assert not Export.objects.exists()
    deletion.refresh_from_db()
    assert deletion.stage == DeletionStage.DELETED


def test_where_nothing_may_hold_them_there_is_nothing_to_confirm(as_alice, noted):
    as_alice.post(reverse("row_deletions"), WISH | {"ids": "gone"})
    assert "Delete them" not in text(as_alice.get(address(RowDeletion.objects.get())))


def test_an_outcome_of_no_rows_takes_the_exports_as_well(alice, counted, exported, plane):
    plane.is_busy = True
    deletions.confirm(counted, alice, timezone.now())
    nothing = EndpointProof(endpoint="penguins")
    deletions.record(ForgetOutcome(forget_id=counted.deletion_id, did_delete=True, at_ms=1, endpoints=(nothing,)))
    assert not Export.objects.exists()


def test_the_command_deletes_what_only_an_export_holds(alice, exported, plane):
    written = StringIO()
    said = ("--by", "request", "--value", "gone", "--user", "alice", "--reason", "case 20")
    call_command("forget_rows", "penguins", *said, "--json", stdout=written)
    assert json.loads(written.getvalue())["kept"] == 1
    call_command("forget_rows", "penguins", *said, "--confirm", "0", stdout=StringIO())
    assert not Export.objects.exists()
    assert rows_left(plane) == 3


def forget(*options: str) -> str:
    written = StringIO()
    said = ("--by", "request", "--value", "p1", "--value", "p2", "--user", "alice", "--reason", "case 19")
    call_command("forget_rows", "penguins", *said, *options, stdout=written)
    return written.getvalue()


def test_the_command_counts_first_and_deletes_what_is_confirmed(alice, noted, plane):
    assert forget().startswith("2 rows and outcomes; nothing is deleted.")
    assert forget("--confirm", "3").startswith("2 rows and outcomes; nothing is deleted.")
    assert rows_left(plane) == 3
    assert json.loads(forget("--confirm", "2"))["is_complete"] is True
    assert rows_left(plane) == 1


@pytest.mark.parametrize("wrong", [("--user", "bob"), ("--by", "caller"), ("--by", "feature")])
def test_the_command_refuses_what_cannot_be_meant(alice, noted, plane, wrong):
    with pytest.raises(CommandError):
        forget(*wrong)
    assert rows_left(plane) == 3


def test_whoever_keeps_something_of_the_rows_is_told(as_alice, counted):
    told: list[list[str]] = []

    def listen(endpoints: list[str], **_: object) -> None:
        told.append(endpoints)

    rows_deleted.connect(listen)
    as_alice.post(address(counted), {"typed": "2"})
    rows_deleted.disconnect(listen)
    assert told == [["penguins"]]
