"""The page and the file of the audit trail: for administrators, filtered, in full."""

import csv
import io

import pytest
from django.utils.translation import override

from webapp.audit.models import Action, AuditEvent, Entry

pytestmark = pytest.mark.django_db


def rows(client, **chosen) -> list[dict[str, str]]:
    content = b"".join(client.get("/audit/events.csv", chosen).streaming_content).decode()
    return list(csv.DictReader(io.StringIO(content)))


@pytest.fixture
def told(alice):
    for model in ("penguins", "diamonds"):
        AuditEvent.objects.record(Entry(action=Action.PUBLISHED, by=alice, model=model, version=1, reason="=1+1"))


@pytest.mark.parametrize("path", ["/audit/", "/audit/events.csv"])
def test_others_than_admins_see_nothing(as_bob, client, told, path):
    assert as_bob.get(path).status_code == 404
    assert client.get(path).status_code == 302


def test_an_admin_sees_the_events(as_alice, told):
    page = as_alice.get("/audit/").content.decode()
    assert "penguins" in page
    assert "version published" in page


def test_a_filter_leaves_the_others_out(as_alice, told):
    assert [row["model"] for row in rows(as_alice, model="diamonds")] == ["diamonds"]
    assert rows(as_alice, action="published", by="bob") == []


def test_days_are_bounds_on_both_sides(as_alice, told):
    assert rows(as_alice, action="published", until="2000-01-01") == []
    assert len(rows(as_alice, action="published", since="2000-01-01")) == 2


@pytest.mark.parametrize("chosen", [{"action": "nonsense"}, {"since": "yesterday"}, {"page": "x"}])
def test_a_filter_that_is_none_shows_all(as_alice, told, chosen):
    assert as_alice.get("/audit/", chosen).status_code == 200


def test_more_than_a_page_has_the_older_ones_behind_it(as_alice, alice):
    for number in range(101):
        AuditEvent.objects.record(Entry(action=Action.PUBLISHED, by=alice, model="many", version=number))
    first = as_alice.get("/audit/", {"model": "many"}).content.decode()
    assert "101 events" in first
    assert "?model=many&amp;page=2" in first
    assert "many 0" not in first


def test_no_cell_is_computed_by_a_spreadsheet(as_alice, told):
    assert {row["reason"] for row in rows(as_alice, action="published")} == {"'=1+1"}


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({"champion": 1}, {"champion": 2}, "champion: 1 → 2"),
        ({}, {"share": 10, "challenger": 2}, "share in %: 10; challenger: 2"),
        ({"groups": ["chemists", "bakers"]}, {}, "groups: chemists, bakers → ·"),
        ({}, {"artifact": "0123456789ab" + "c" * 52}, "artifact: 0123456789ab…"),
    ],
)
def test_a_change_is_told_in_a_line(before, after, told):
    event = AuditEvent.objects.record(Entry(action=Action.DEPLOYED, before=before, after=after))
    assert event.change == told


def test_a_change_is_told_in_the_language_of_its_reader():
    event = AuditEvent.objects.record(
        Entry(action=Action.DEPLOYED, after={"shadow": 4, "share": 100, "is_active": True})
    )
    with override("fr"):
        assert event.change.replace("\N{NO-BREAK SPACE}", " ") == "ombre : 4 ; part en % : 100 ; actif : oui"


def test_the_page_of_a_model_shows_its_part(as_alice, penguins):
    AuditEvent.objects.record(Entry(action=Action.REJECTED, model="penguins", version=9, reason="Too many feet."))
    AuditEvent.objects.record(Entry(action=Action.REJECTED, model="diamonds", version=9, reason="Too hard."))
    page = as_alice.get("/models/penguins/").content.decode()
    assert "Too many feet." in page
    assert "Too hard." not in page


@pytest.fixture
def checked(alice):
    for action in (Action.CHECK_KEY_MADE, Action.CHECK_KEY_ENDED, Action.KEY_MADE):
        AuditEvent.objects.record(Entry(action=action, person="alice", after={"key": f"of {action}"}))


def test_the_page_leaves_checks_of_the_boxs_own_out_and_says_so(as_alice, checked):
    page = as_alice.get("/audit/", {"person": "alice"}).content.decode()
    assert "of key_made" in page
    assert "of check_key" not in page
    assert "2 events of checks that the box makes of itself are left out here" in page


@pytest.mark.parametrize("chosen", [{"checks": "on"}, {"action": "check_key_made"}])
def test_they_are_shown_to_whoever_asks(as_alice, checked, chosen):
    page = as_alice.get("/audit/", chosen).content.decode()
    assert "of check_key_made" in page
    assert "left out here" not in page


def test_the_file_holds_them(as_alice, checked):
    assert {"check_key_made", "check_key_ended", "key_made"} <= {row["action"] for row in rows(as_alice)}
