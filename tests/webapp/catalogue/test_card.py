"""The card of a model: who reads it, who writes it, and what it says."""

import pytest
from django.test import Client

from tests.playground import NOON, SPECIES, manifest, submission
from webapp.accounts.models import Role, User
from webapp.catalogue.card import facts_of
from webapp.endpoints.models import Deployment, Endpoint
from webapp.registry.models import RegisteredModel
from webapp.registry.publishing import publish
from worker.contract.signature import Feature, FeatureType, Signature

CARD, WRITE = "/models/penguins/card/", "/models/penguins/card/write/"
TEXTS = {
    "purpose": "To sort ringing data.\n\nNot for <b>vets</b>.",
    "training_data": "Palmer, 2007 to 2009.",
    "limits": "Chicks are not known.",
    "contact": "The seabird desk, 4711.",
}


def page(client: Client, path: str = CARD, language: str = "en") -> str:
    response = client.get(path, headers={"Accept-Language": language})
    assert response.status_code == 200
    return response.content.decode().replace("\N{NO-BREAK SPACE}", " ")


@pytest.fixture
def written(penguins: Endpoint) -> RegisteredModel:
    model = RegisteredModel.objects.get(name="penguins")
    model.write_card(TEXTS)
    return model


@pytest.mark.parametrize("path", [CARD, WRITE])
def test_nobody_is_asked_to_log_in(client, penguins, path):
    assert client.get(path)["Location"].startswith("/login/")


def test_whoever_may_ask_the_model_reads_its_card(as_bob, written):
    found = page(as_bob)
    for words in ("Predicts species", "bill_mm", "32.1 to 59.6 mm", "99.1 %", "115 rows", "The seabird desk, 4711."):
        assert words in found


def test_whoever_may_not_finds_nothing(as_charlie, penguins):
    assert as_charlie.get(CARD).status_code == 404
    assert as_charlie.get(CARD.replace("penguins", "absent")).status_code == 404


def test_a_champion_that_has_left_takes_the_card_along(as_bob, penguins):
    Deployment.objects.update(ended_at=NOON)
    assert as_bob.get(CARD).status_code == 404


def test_an_endpoint_that_is_closed_shows_no_card(as_bob, penguins):
    Endpoint.objects.update(is_active=False)
    assert as_bob.get(CARD).status_code == 404


def test_a_model_without_a_version_has_a_card_for_its_people(as_alice, alice: User, tmp_path, monkeypatch):
    monkeypatch.setattr("webapp.celery.app.send_task", lambda *_, **__: None)
    publish(alice, submission(tmp_path / "in"))
    assert "No version of it is ready yet" in page(as_alice)


def test_of_very_many_features_some_are_counted_only():
    features = tuple(Feature(name=f"f{number}", type=FeatureType.TEXT) for number in range(100))
    facts = facts_of(manifest(Signature(features=features, output=SPECIES.output)))
    assert (len(facts.features), facts.more_features) == (60, 40)


def test_paragraphs_are_kept_and_markup_is_text(as_bob, written):
    assert "<p>To sort ringing data.</p>" in page(as_bob)
    assert "&lt;b&gt;vets&lt;/b&gt;" in page(as_bob)


def test_only_its_people_are_told_what_to_write(as_alice, as_bob, penguins):
    assert "Where it is known to fail" in page(as_alice)
    assert "Where it is known to fail" not in page(as_bob)
    assert WRITE not in page(as_bob)


def test_its_people_write_it(as_alice, penguins):
    response = as_alice.post(WRITE, TEXTS)
    assert response["Location"] == CARD
    model = RegisteredModel.objects.get(name="penguins")
    assert {name: getattr(model, name) for name in TEXTS} == {k: v.replace("\r\n", "\n") for k, v in TEXTS.items()}


def test_a_reader_does_not_write(as_bob, penguins):
    assert as_bob.get(WRITE).status_code == 404
    assert as_bob.post(WRITE, TEXTS).status_code == 404
    assert RegisteredModel.objects.get(name="penguins").purpose == ""


def test_a_maintainer_who_may_no_longer_publish_reads_only(as_bob, bob, penguins):
    RegisteredModel.objects.get(name="penguins").maintainers.add(bob)
    assert as_bob.get(WRITE).status_code == 404
    bob.role = Role.PUBLISHER
    bob.save()
    assert as_bob.get(WRITE).status_code == 200


def test_a_text_that_is_too_long_is_said_and_kept_in_the_form(as_alice, penguins):
    response = as_alice.post(WRITE, TEXTS | {"purpose": "x" * 20_001})
    assert response.status_code == 400
    assert "x" * 20_001 in response.content.decode()
    assert "4711" in response.content.decode()


def test_the_form_holds_what_is_written(as_alice, written):
    assert "Palmer, 2007 to 2009." in page(as_alice, WRITE)


def test_the_card_is_in_french(as_bob, written):
    found = page(as_bob, language="fr")
    assert "Fiche du modèle" in found
    assert "32,1 à 59,6 mm" in found


@pytest.mark.parametrize("path", ["/models/penguins/", "/endpoints/penguins/"])
def test_pages_lead_to_the_card(as_alice, penguins, path):
    assert f'href="{CARD}"' in page(as_alice, path)
