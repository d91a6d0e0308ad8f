"""The card of a model by the API."""

import pytest

from tests.webapp.api.test_api import with_key
from webapp.registry.models import ModelVersion, RegisteredModel

CARD = "/api/v1/models/penguins/card"


def test_without_a_key_nothing_is_told(client, penguins):
    assert client.get(CARD).status_code == 401


@pytest.mark.parametrize("path", [CARD, CARD.replace("penguins", "absent")])
def test_a_model_that_one_may_not_ask_is_absent(charlie, penguins, path):
    response = with_key(charlie).get(path)
    assert (response.status_code, response.json()["code"]) == (404, "not_found")


def test_whoever_may_ask_the_model_reads_its_card(bob, penguins):
    texts = dict.fromkeys(("purpose", "training_data", "limits"), "Words.") | {"contact": "The desk, 4711."}
    RegisteredModel.objects.get().write_card(texts)
    found = with_key(bob).get(CARD).json()
    assert (found["model"], found["version"], found["endpoints"]) == ("penguins", 1, ["penguins"])
    assert (found["contact"], found["owner"], found["quality_rows"]) == ("The desk, 4711.", "alice", 115)
    assert found["signature"]["features"][0]["maximum"] == 59.6
    assert found["summary"].startswith("Predicts species: Adelie or Gentoo.")


def test_sentences_are_english_whatever_the_caller_reads(bob, penguins):
    found = with_key(bob).get(CARD, headers={"Accept-Language": "fr"}).json()
    assert "A category that the table does not name is refused." in found["measured_limits"]


def test_a_model_without_a_version_has_a_card_without_facts(alice, penguins):
    penguins.delete()
    ModelVersion.objects.all().delete()
    found = with_key(alice).get(CARD).json()
    assert (found["version"], found["signature"], found["quality"]) == (None, None, [])
