"""What the trail tells of the words, the owners and the endpoints of models."""

import pytest
from django.contrib.auth.models import Group

from tests.playground import NOON, add_user, inspected, submission
from tests.webapp.endpoints.test_deploying import add_version
from webapp.accounts.models import Role
from webapp.audit.facts import TEXT_SHOWN
from webapp.audit.models import Action, AuditEvent
from webapp.endpoints.deploying import withdraw
from webapp.endpoints.models import Endpoint
from webapp.registry.models import CARD_TEXTS
from webapp.registry.publishing import publish, record

pytestmark = pytest.mark.django_db


def event(action: Action) -> AuditEvent:
    return AuditEvent.objects.filter(action=action).latest("pk")


def endpoint_form(**changes) -> dict[str, object]:
    kept = {"keeps_journal": "on", "keeps_inputs": "on", "hashed_features": "[]", "journal_days": "90"}
    named = {"name": "new", "title": "Penguins", "description": "", "is_active": "on", "expected_per_s": "1"}
    return named | kept | {"journal_megabytes": "2000"} | changes


def test_a_card_that_is_written_is_recorded_with_what_changed(as_alice, penguins):
    texts = dict.fromkeys(CARD_TEXTS, "") | {"purpose": "For counting."}
    as_alice.post("/models/penguins/card/write/", texts, REMOTE_ADDR="192.0.2.7")
    noted = event(Action.CARD_WRITTEN)
    assert (noted.by, noted.model, noted.address) == ("alice", "penguins", "192.0.2.7")
    assert (noted.before, noted.after) == ({"purpose": ""}, {"purpose": "For counting."})


def test_a_card_that_is_saved_as_it_was_is_not_recorded(as_alice, penguins):
    as_alice.post("/models/penguins/card/write/", dict.fromkeys(CARD_TEXTS, ""))
    assert not AuditEvent.objects.filter(action=Action.CARD_WRITTEN).exists()


def test_a_long_text_is_kept_whole_and_shown_by_its_beginning(as_alice, penguins):
    long = "word " * 1000
    as_alice.post("/models/penguins/card/write/", dict.fromkeys(CARD_TEXTS, "") | {"limits": long})
    noted = event(Action.CARD_WRITTEN)
    assert noted.after == {"limits": long.strip()}
    assert len(noted.change) < TEXT_SHOWN + 20


def test_other_words_of_a_new_publication_are_recorded_with_the_publisher(alice, tmp_path):
    first = submission(tmp_path / "in")
    record(inspected(publish(alice, first)))
    second = submission(tmp_path / "in", artifact=b"another")
    object.__setattr__(second, "title", "Birds")
    publish(alice, second)
    noted = event(Action.MODEL_CHANGED)
    assert (noted.by, noted.model) == ("alice", "penguins")
    assert (noted.before, noted.after) == ({"title": "Penguins"}, {"title": "Birds"})


def test_another_owner_is_recorded(penguins):
    model = penguins.model
    model.owner = add_user("dora", Role.PUBLISHER)
    model.save()
    assert (event(Action.MODEL_CHANGED).before, event(Action.MODEL_CHANGED).after) == (
        {"owner": "alice"},
        {"owner": "dora"},
    )


def test_a_model_is_not_deleted_in_the_administration(as_alice, penguins):
    assert as_alice.post(f"/admin/registry/registeredmodel/{penguins.model.pk}/delete/").status_code == 403


def test_an_endpoint_made_changed_and_deleted_in_the_administration_is_recorded(as_alice, penguins):
    as_alice.post("/admin/endpoints/endpoint/add/", endpoint_form(title="New"))
    made = event(Action.ENDPOINT_MADE)
    assert (made.by, made.endpoint, made.after) == ("alice", "new", {"title": "New"})
    path = f"/admin/endpoints/endpoint/{penguins.pk}/"
    as_alice.post(f"{path}change/", endpoint_form(description=penguins.description, expected_per_s="20", is_active=""))
    changed = event(Action.ENDPOINT_CHANGED)
    assert changed.before == {"is_active": True, "expected_per_s": 1.0}
    assert changed.after == {"is_active": False, "expected_per_s": 20.0}
    new = Endpoint.objects.get(name="new")
    as_alice.post(f"/admin/endpoints/endpoint/{new.pk}/delete/", {"post": "yes"})
    assert (event(Action.ENDPOINT_DELETED).endpoint, event(Action.ENDPOINT_DELETED).by) == ("new", "alice")


def test_the_load_that_is_expected_is_recorded_with_who_expects_it(as_alice, penguins):
    add_version(penguins)
    champion = penguins.champion.pk
    as_alice.post(
        "/endpoints/penguins/manage/deploy/?version=2&role=champion&load=20",
        {"champion": champion, "reason": "Faster."},
    )
    noted = event(Action.ENDPOINT_CHANGED)
    assert (noted.by, noted.endpoint) == ("alice", "penguins")
    assert (noted.before, noted.after) == ({"expected_per_s": 1.0}, {"expected_per_s": 20.0})


def test_an_endpoint_that_a_publication_makes_is_recorded_with_the_publisher(alice, tmp_path):
    record(inspected(publish(alice, submission(tmp_path / "in"))))
    made, opened = event(Action.ENDPOINT_MADE), event(Action.ACCESS_CHANGED)
    assert (made.by, made.endpoint) == (opened.by, opened.endpoint) == ("alice", "penguins")
    assert opened.after == {"groups": ["everyone"]}


def test_an_endpoint_that_a_deleted_group_could_use_is_recorded(penguins):
    group = Group.objects.create(name="chemists")
    penguins.groups.add(group)
    group.delete()
    noted = event(Action.ACCESS_CHANGED)
    assert (noted.endpoint, noted.before, noted.after) == ("penguins", {"groups": ["chemists"]}, {})


def test_why_a_deployment_is_withdrawn_is_recorded(penguins, alice):
    withdraw(penguins.champion, alice, NOON, "It counts geese.")
    assert event(Action.WITHDRAWN).reason == "It counts geese."
