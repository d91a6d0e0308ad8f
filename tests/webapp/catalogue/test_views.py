"""The pages about models: what each person sees of whose, and publishing by the form."""

from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.utils.html import escape

from tests.playground import inspected, submission
from webapp.accounts.models import Role, User
from webapp.catalogue.wording import problem_of
from webapp.endpoints.models import Endpoint
from webapp.registry.errors import InspectionNotSentError
from webapp.registry.models import DeployRole, ModelVersion, RegisteredModel
from webapp.registry.publishing import publish, record, store
from worker.contract.words import Names, Piece, Words

LACKS = Words(
    "The reference data lacks {what} {names}.",
    {"what": Piece("the target column"), "names": Names(("l'âge", "prix"), 1200)},
)
ADVICE = Words("Leave the positive label empty.")
PAGES = ["/models/penguins/", "/models/penguins/versions/1/", "/models/penguins/versions/1/status/"]


def sent(**fields: Any) -> dict[str, Any]:
    artifact, reference = BytesIO(b"a model"), BytesIO(b"a,b\n1,2\n")
    artifact.name, reference.name = "a.skops", "r.csv"
    return {"artifact": artifact, "reference": reference, "name": "penguins", **fields}


def page(client: Client, path: str, language: str = "en") -> str:
    response = client.get(path, headers={"Accept-Language": language})
    assert response.status_code == 200
    return response.content.decode().replace("\N{NO-BREAK SPACE}", " ")


@pytest.fixture
def as_publisher(bob: User, as_bob: Client) -> Client:
    bob.role = Role.PUBLISHER
    bob.save()
    return as_bob


@pytest.fixture
def as_both(as_publisher: Client, monkeypatch: pytest.MonkeyPatch) -> Client:
    """A publisher on a box whose Redis takes messages."""
    monkeypatch.setattr("webapp.celery.app.send_task", lambda *_, **__: None)
    return as_publisher


@pytest.fixture
def version(alice, tmp_path) -> ModelVersion:
    return publish(alice, submission(tmp_path / "in"))


@pytest.mark.parametrize("path", ["/models/", "/models/publish/", *PAGES])
def test_nobody_is_asked_to_log_in(client, version, path):
    response = client.get(path)
    assert response.status_code == 302
    assert response["Location"].startswith("/login/")


@pytest.mark.parametrize("path", [*PAGES, "/models/penguins/publish/"])
def test_another_publishers_model_is_as_good_as_absent(as_publisher, version, path):
    assert as_publisher.get(path).status_code == 404
    assert as_publisher.get(path.replace("penguins", "absent")).status_code == 404


def test_a_user_may_not_publish(as_bob):
    assert as_bob.get("/models/publish/").status_code == 403
    assert as_bob.post("/models/publish/", sent()).status_code == 403
    assert not RegisteredModel.objects.exists()
    assert [path for path in store().spool_dir.rglob("*") if path.is_file()] == []


def test_a_user_sees_no_link_and_an_empty_page(as_bob):
    assert 'href="/models/"' not in page(as_bob, "/")
    assert "Ask an administrator for the role of a publisher" in page(as_bob, "/models/")


def test_a_publisher_is_told_the_next_step(as_publisher):
    assert 'href="/models/"' in page(as_publisher, "/")
    assert 'href="/models/publish/"' in page(as_publisher, "/models/")


def test_models_are_listed_with_how_the_newest_version_is(as_alice, version):
    assert "Version 1: being inspected" in page(as_alice, "/models/")


def test_a_maintainer_sees_and_publishes(as_both, bob, version):
    version.model.maintainers.add(bob)
    assert "Penguins" in page(as_both, "/models/")
    response = as_both.post("/models/penguins/publish/", sent(notes="By Bob."))
    assert response["Location"] == "/models/penguins/versions/2/"


def test_publishing_leads_to_the_version(as_both):
    response = as_both.post("/models/publish/", sent(deploy="champion", target="species", units="bill=mm\nmass=g"))
    assert response["Location"] == "/models/penguins/versions/1/"
    version = ModelVersion.objects.get()
    assert version.deploy_role == DeployRole.CHAMPION
    assert version.publication.units == {"bill": "mm", "mass": "g"}


def test_publishing_the_same_again_says_so(as_both):
    as_both.post("/models/publish/", sent())
    response = as_both.post("/models/publish/", sent(), follow=True)
    assert "this is the same version" in response.content.decode()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": "Pen guins"}, "A name is made of at most 50 small letters"),
        ({"artifact": ""}, "The model: This field is required."),
        ({"units": "mm"}, "“mm” must read feature=unit."),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(as_both, fields, words):
    response = as_both.post("/models/publish/", sent(notes="Keep this.", **fields))
    text = response.content.decode()
    assert response.status_code == 400
    assert words in text
    assert "Keep this." in text
    assert not RegisteredModel.objects.exists()


def test_a_taken_name_is_said_in_french(as_both, version):
    response = as_both.post("/models/publish/", sent(), headers={"Accept-Language": "fr"})
    assert response.status_code == 400
    assert "Ce nom est pris par un modèle qui n\u2019est pas à vous" in response.content.decode()


def test_without_redis_the_publisher_is_told():
    assert "nobody can inspect them at the moment" in problem_of(InspectionNotSentError("penguins version 1"))


def test_a_version_that_waits_is_looked_at_again(as_alice, version):
    text = page(as_alice, "/models/penguins/versions/1/")
    assert "It is being inspected" in text
    assert 'http-equiv="refresh"' in text
    assert as_alice.get("/models/penguins/versions/1/status/").json() == {"status": "inspecting"}


def test_a_rejected_version_says_why_and_what_to_do(as_alice, version):
    record(inspected(version, manifest=None, reason="It is no model.", hint="Save it with skops."))
    text = page(as_alice, "/models/penguins/versions/1/", "fr")
    assert '<p class="reason" lang="en">It is no model.</p>' in text
    assert "Que faire" in text
    assert 'http-equiv="refresh"' not in text


def test_a_rejected_version_says_why_in_the_readers_language(as_alice, version):
    record(inspected(version, manifest=None, reason="English.", hint="English.", reason_words=LACKS, hint_words=ADVICE))
    text = page(as_alice, "/models/penguins/versions/1/", "fr")
    reason = "Il manque dans les données de référence la colonne cible « l&#x27;âge », « prix » et 1 200 autres."
    assert f'<p class="reason">{reason}</p>' in text
    assert '<p class="reason">Laissez vide la classe positive.</p>' in text
    english = "The reference data lacks the target column 'l'âge', 'prix' and 1,200 more."
    assert escape(english) in page(as_alice, "/models/penguins/versions/1/")


@pytest.mark.parametrize(
    "words",
    [
        Words("{version.hint}", {"version": 1}),
        Words("The model file is {what}.", {"what": Piece("{what.__class__}", {"what": 1})}),
        Words("The model file is {what}."),
    ],
)
def test_words_that_the_site_does_not_know_are_not_said(as_alice, version, words):
    record(inspected(version, manifest=None, reason="It is no model.", reason_words=words))
    text = page(as_alice, "/models/penguins/versions/1/", "fr")
    assert '<p class="reason" lang="en">It is no model.</p>' in text


def test_the_api_tells_the_reason_in_english(as_alice, version):
    record(inspected(version, manifest=None, reason="English.", reason_words=LACKS))
    answer = as_alice.get("/api/v1/models/penguins/versions/1", headers={"Accept-Language": "fr"})
    assert answer.json()["reason"] == "English."


def test_a_version_that_is_inspected_again_has_no_words_left(version):
    record(inspected(version, manifest=None, reason="English.", reason_words=LACKS, hint_words=ADVICE))
    version.refresh_from_db()
    version.mark_inspected_again("another")
    assert (version.reason, version.reason_words, version.hint_words) == ("", None, None)


def test_a_ready_version_shows_what_was_found(as_alice, version):
    record(inspected(version))
    text = page(as_alice, "/models/penguins/versions/1/")
    for words in ("It passed inspection", "bill_mm", "32.1 to 59.6 mm", "Biscoe, Dream", "99.1 %", "ONNX Runtime"):
        assert words in text
    assert Endpoint.objects.get().name == "penguins"
    assert 'href="/endpoints/penguins/">Penguins</a> as champion' in text


def test_versions_stand_side_by_side(as_alice, alice, version, tmp_path):
    record(inspected(version))
    publish(alice, submission(tmp_path / "two", artifact=b"another"))
    text = page(as_alice, "/models/penguins/")
    assert text.index(">Version 2<") < text.index(">Version 1<")
    assert "Penguins</a> (champion)" in text


def test_a_model_that_answers_says_so_whatever_became_of_a_newer_version(as_alice, alice, version, tmp_path):
    record(inspected(version))
    assert "Version 1 answers<" in page(as_alice, "/models/")
    second = publish(alice, submission(tmp_path / "two", artifact=b"another"))
    record(inspected(second, manifest=None, reason="It is no model."))
    for path in ("/models/", "/models/penguins/"):
        assert "Version 1 answers; version 2: rejected" in page(as_alice, path)


def test_the_form_of_the_next_version_knows_what_was_said_of_the_last(as_alice, version):
    text = page(as_alice, "/models/penguins/publish/")
    assert "Filled in as for version 1." in text
    assert 'value="species"' in text
    assert "in place of the present version" not in text
    record(inspected(version))
    assert "in place of the present version" in page(as_alice, "/models/penguins/publish/")


def test_what_was_published_before_is_told_on_its_page(as_both):
    address = as_both.post("/models/publish/", sent())["Location"]
    assert "published before" not in page(as_both, address)
    assert "published before" in page(as_both, as_both.post("/models/publish/", sent())["Location"])


def test_the_list_asks_the_database_a_fixed_number_of_times(
    as_alice, alice, version, tmp_path, django_assert_max_num_queries
):
    for number in range(5):
        publish(alice, submission(tmp_path / "more", name=f"model-{number}"))
    with django_assert_max_num_queries(8):
        page(as_alice, "/models/")
