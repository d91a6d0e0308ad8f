"""The page on which two versions are compared: who sees it, what it says while it waits, and what came of it."""

from typing import Any

import msgspec
import polib
import pytest
from django.test import Client
from kombu.exceptions import OperationalError

from tests.playground import NOON, PRICE, SPECIES, manifest
from tests.webapp.test_sentences import ROOT, templates
from webapp.accounts.models import Role
from webapp.catalogue.comparison_words import MINUS, TEMPLATES
from webapp.endpoints.models import Endpoint
from webapp.registry.comparing import record
from webapp.registry.comparisons import LOST_AFTER, VersionComparison
from webapp.registry.models import RegisteredModel
from worker.contract.comparison import Compared, ComparisonOutcome, DifferentRow, PairedQuality
from worker.contract.manifest import Quality
from worker.contract.report import Confusion
from worker.contract.signature import Feature, FeatureType
from worker.contract.words import Words

PAGE = "/models/penguins/compare/?from=1&to=2"
ACCURACY = PairedQuality(
    old=Quality(name="accuracy", value=0.95, low=0.91, high=0.98),
    new=Quality(name="accuracy", value=0.971, low=0.94, high=0.99),
    low=0.003,
    high=0.04,
)
ROW = DifferentRow(
    row=41,
    values={"bill_mm": "39.1", "island": "<b>Dream</b>"},
    old="Adelie",
    new="Gentoo",
    old_probability=0.6,
    new_probability=0.9,
    truth="Gentoo",
)
FOUND = Compared(
    reference_rows=190,
    rows=188,
    left_out=2,
    different=12,
    gap_mean=0.01,
    gap_max=0.4,
    quality=(ACCURACY,),
    quality_rows=188,
    answers=Confusion(labels=("Adelie", "Gentoo"), counts=((90, 8), (4, 86))),
    most=(ROW,),
)


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What Redis was given."""
    messages: list[dict[str, Any]] = []
    monkeypatch.setattr("webapp.celery.app.send_task", lambda name, kwargs, queue: messages.append(kwargs["message"]))
    return messages


@pytest.fixture
def model(penguins: Endpoint, alice) -> RegisteredModel:
    """Two versions, the first of them deployed."""
    model = penguins.model
    assert model is not None
    version = model.versions.create(
        number=2, digest="2" * 64, inspection_id="2", created_by=alice, notes="Trained on this year."
    )
    version.mark_ready(manifest())
    return model


def page(client: Client, path: str = PAGE, language: str = "en") -> str:
    response = client.get(path, headers={"Accept-Language": language})
    assert response.status_code == 200, response
    return response.content.decode().replace("\N{NO-BREAK SPACE}", " ")


def answer(found: Compared | None = FOUND, **changes: Any) -> None:
    asked = VersionComparison.objects.get()
    record(ComparisonOutcome(comparison_id=asked.comparison_id, compared=found, **changes))


@pytest.mark.parametrize("path", [PAGE, "/models/penguins/compare/", "/models/penguins/compare/status/?from=1&to=2"])
def test_another_publishers_model_is_as_good_as_absent(as_bob, bob, model, path):
    bob.role = Role.PUBLISHER
    bob.save()
    assert as_bob.get(path).status_code == 404
    assert as_bob.get(path.replace("penguins", "absent")).status_code == 404
    assert not VersionComparison.objects.exists()


def test_nobody_is_asked_to_log_in(client, model):
    assert client.get(PAGE).status_code == 302


def test_the_first_look_asks_and_waits(as_alice, model, sent):
    text = page(as_alice)
    assert "They are being compared" in text
    assert 'http-equiv="refresh"' in text
    page(as_alice)
    assert len(sent) == 1
    assert as_alice.get("/models/penguins/compare/status/?from=1&to=2").json() == {"status": "comparing"}


def test_what_came_of_it_is_said_in_the_first_line(as_alice, model):
    page(as_alice)
    answer()
    text = page(as_alice)
    said = "Version 2 answers 12 of 188 rows otherwise. It is right more often (+2.1 points, interval +0.3 to +4.0)."
    assert said in text
    assert "2 rows are left out" in text
    assert 'http-equiv="refresh"' not in text


def test_it_is_said_in_french(as_alice, model):
    page(as_alice)
    answer()
    text = page(as_alice, language="fr")
    assert "La version 2 répond autrement à 12 lignes sur 188. Elle a plus souvent raison (+2,1 points" in text


def test_rows_show_both_answers_and_which_is_right_and_no_markup(as_alice, model):
    page(as_alice)
    answer()
    text = page(as_alice)
    assert "Adelie (60.0 %)" in text
    assert 'Gentoo (90.0 %) <span class="right-word">right</span>' in text
    assert "&lt;b&gt;Dream&lt;/b&gt;" in text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"different": 0}, "Version 2 answers all 188 rows as version 1 does."),
        ({"quality": (), "quality_rows": 0, "rows_of": 2}, "neither version has reference data with a target column"),
        ({"quality": (), "quality_rows": 0, "rows_of": 2, "target": "kind"}, "the target “kind” is empty in every row"),
        ({"rows_of": 1, "target": "kind"}, "The rows are those of version 1: the reference data of version 2 has no"),
        ({"quality": (msgspec.structs.replace(ACCURACY, low=None, high=None),)}, "too few to tell"),
        ({"quality": (msgspec.structs.replace(ACCURACY, low=-0.01),)}, "these rows do not show (+2.1 points"),
        ({"quality": (PairedQuality(old=ACCURACY.new, new=ACCURACY.old, low=-0.04, high=-0.003),)}, "right less often"),
    ],
)
def test_each_outcome_has_its_sentence(as_alice, model, changes, words):
    page(as_alice)
    answer(msgspec.structs.replace(FOUND, **changes))
    assert words in page(as_alice)


def test_of_a_comparison_that_did_not_note_why_no_reason_is_made_up(as_alice, model):
    page(as_alice)
    answer(msgspec.structs.replace(FOUND, quality=(), quality_rows=0))
    text = page(as_alice)
    assert "Which is better the reference data cannot tell." in text
    assert "Their quality could not be compared" not in text


def test_numbers_are_compared_by_their_error(as_alice, model):
    for version in model.versions.all():
        version.manifest_json = msgspec.to_builtins(manifest(PRICE))
        version.save()
    page(as_alice)
    error = PairedQuality(
        old=Quality(name="mae", value=350.0, unit="USD"),
        new=Quality(name="mae", value=310.0, unit="USD"),
        low=-55.0,
        high=-22.0,
    )
    row = DifferentRow(row=1, values={"carat": "0.3"}, old=500.0, new=400.0, truth=410.0)
    answer(msgspec.structs.replace(FOUND, quality=(error,), answers=None, most=(row,)))
    text = page(as_alice).replace(MINUS, "-")
    assert "Its mean error is smaller (-40 USD, interval -55 to -22)." in text
    assert "500 USD" in text
    assert "beyond 1 %" in text


def test_why_it_failed_is_said_in_the_readers_language(as_alice, model):
    page(as_alice)
    answer(None, reason=Words("Version {number} cannot be opened.", {"number": 1}), detail="It is damaged.")
    text = page(as_alice, language="fr")
    assert "La version 1 ne peut pas être ouverte." in text
    assert '<p class="reason muted" lang="en">It is damaged.</p>' in text


def test_a_template_that_the_site_does_not_know_is_not_filled_in(as_alice, model):
    page(as_alice)
    answer(None, reason=Words("{number.__class__}", {"number": 1}))
    assert '<p class="reason" lang="en">{number.__class__}</p>' in page(as_alice)


def test_it_is_compared_again_by_a_button(as_alice, model, sent):
    page(as_alice)
    answer()
    assert as_alice.post(PAGE)["Location"] == PAGE
    assert len(sent) == 2
    assert "They are being compared" in page(as_alice)


def test_what_is_lost_may_be_asked_again(as_alice, model):
    page(as_alice)
    VersionComparison.objects.update(asked_at=NOON - LOST_AFTER)
    text = page(as_alice)
    assert "it may be lost" in text
    assert "Compare again" in text


def test_without_redis_the_rest_is_shown(as_alice, model, monkeypatch):
    def refuse(*_: Any, **__: Any) -> None:
        raise OperationalError

    monkeypatch.setattr("webapp.celery.app.send_task", refuse)
    response = as_alice.get(PAGE)
    assert response.status_code == 503
    assert "Nobody can compare versions at the moment" in response.content.decode()
    assert "Trained on this year." in response.content.decode()


def test_the_older_version_stands_first(as_alice, model):
    assert as_alice.get("/models/penguins/compare/?from=2&to=1")["Location"] == PAGE


@pytest.mark.parametrize("chosen", ["?from=1&to=1", "?from=1&to=9", "?from=x&to=2", "?from=1"])
def test_what_is_no_pair_is_asked_for(as_alice, model, chosen):
    text = page(as_alice, f"/models/penguins/compare/{chosen}")
    assert "These are not two versions that can be compared." in text
    assert '<select class="form-select" id="from"' in text


def test_differences_of_the_signature_are_said(as_alice, model):
    features = (*SPECIES.features[1:], Feature(name="sex", type=FeatureType.CATEGORY))
    version = model.versions.get(number=2)
    version.manifest_json = msgspec.to_builtins(manifest(msgspec.structs.replace(SPECIES, features=features)))
    version.save()
    text = page(as_alice)
    assert "The feature “bill_mm” is gone." in text
    assert "The feature “sex” (category) is new and needed." in text
    assert "would have to send something else" in text


def test_pages_lead_to_it(as_alice, model):
    assert 'action="/models/penguins/compare/"' in page(as_alice, "/models/penguins/")
    text = page(as_alice, "/endpoints/penguins/manage/deploy/?version=2&role=champion")
    assert 'href="/models/penguins/compare/?from=1&amp;to=2"' in text


def test_whatever_the_data_plane_says_can_be_translated():
    catalogue = polib.pofile(str(ROOT / "webapp/locale/fr/LC_MESSAGES/django.po"))
    in_a_detail = {"the rows compared"}  # which is shown as English
    assert templates("worker/comparison/*.py", "worker/tasks.py") - in_a_detail == TEMPLATES
    assert TEMPLATES - {entry.msgid for entry in catalogue if entry.msgstr} == set()
