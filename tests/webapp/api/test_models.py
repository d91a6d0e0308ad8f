"""Publishing by the API: what comes in, what is refused, and that nothing stays behind."""

from io import BytesIO
from typing import Any

import pytest
from django.test import Client

from tests.playground import inspected, manifest
from tests.webapp.api.test_api import with_key
from webapp.accounts.models import Role
from webapp.registry.models import DeployRole, ModelVersion, RegisteredModel
from webapp.registry.publishing import record, store

VERSIONS = "/api/v1/models/penguins/versions"


def files(artifact: bytes = b"a model", reference: bytes = b"a,b\n1,2\n", **fields: Any) -> dict[str, Any]:
    return {"artifact": named("a.skops", artifact), "reference": named("r.csv", reference), **fields}


def named(name: str, content: bytes) -> BytesIO:
    file = BytesIO(content)
    file.name = name
    return file


@pytest.fixture
def publisher(bob) -> Client:
    bob.role = Role.PUBLISHER
    bob.save()
    return with_key(bob)


@pytest.fixture
def version(publisher) -> ModelVersion:
    assert publisher.post(VERSIONS, files()).status_code == 202
    return ModelVersion.objects.get()


def left_behind() -> list[str]:
    return [str(path) for path in store().spool_dir.rglob("*") if path.is_file()]


def test_a_published_version_waits_for_its_inspection(publisher):
    response = publisher.post(VERSIONS, files())
    assert response.status_code == 202
    assert response.json() == {
        "model": "penguins",
        "version": 1,
        "status": "inspecting",
        "url": "http://testserver/api/v1/models/penguins/versions/1",
        "known": False,
    }


def test_the_files_are_moved_into_the_inbox_and_nothing_else_is_left(publisher, bob):
    publisher.post(VERSIONS, files())
    version = ModelVersion.objects.get()
    inbox = store().inbox(version.inspection_id)
    assert (inbox / "artifact").read_bytes() == b"a model"
    assert sorted(left_behind()) == [str(inbox / "artifact"), str(inbox / "reference")]


def test_what_is_said_is_kept(publisher):
    words: dict[str, Any] = {
        "target": "species",
        "notes": "Trained on Monday.",
        "positive_label": "Gentoo",
        "units": '{"bill": "mm"}',
        "title": "Pingouins",
        "description": "À propos.",
        "output_name": "kind",
        "output_unit": "kg",
        "categories": '["island"]',
        "text": '["note"]',
        "deploy": "champion",
    }
    publisher.post(VERSIONS, files(**words))
    version = ModelVersion.objects.select_related("model").get()
    assert (version.model.title, version.model.description) == ("Pingouins", "À propos.")
    assert (version.notes, version.deploy_role) == ("Trained on Monday.", DeployRole.CHAMPION)
    said = version.publication
    assert (said.target, said.positive_label, said.units) == ("species", "Gentoo", {"bill": "mm"})
    assert (said.output_name, said.output_unit) == ("kind", "kg")
    assert (said.categories, said.text) == (("island",), ("note",))


def test_units_may_come_one_by_one(publisher):
    publisher.post(VERSIONS, files(units=["bill=mm", "mass = g"]))
    assert ModelVersion.objects.get().publication.units == {"bill": "mm", "mass": "g"}


def test_without_words_a_model_is_called_by_its_name_and_not_deployed(publisher):
    publisher.post("/api/v1/models/house-prices/versions", files())
    version = ModelVersion.objects.select_related("model").get()
    assert (version.model.title, version.deploy_role) == ("House prices", DeployRole.NONE)


def test_the_same_files_are_the_same_version_and_the_answer_says_so(publisher, version):
    record(inspected(version))
    again = publisher.post(VERSIONS, files())
    assert again.status_code == 202
    assert again.json()["version"] == 1
    assert (again.json()["status"], again.json()["known"]) == ("ready", True)
    assert left_behind() == []


def test_other_words_are_another_version(publisher, version):
    assert publisher.post(VERSIONS, files(target="species")).json()["version"] == 2


def test_other_notes_are_not(publisher, version):
    assert publisher.post(VERSIONS, files(notes="More.")).json()["version"] == 1


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"reference": named("r.csv", b"a\n1\n")}, "artifact"),
        ({"artifact": named("a", b"a model")}, "reference"),
        (files(artifact=b""), "artifact"),
        (files(reference=b""), "reference"),
        ({"artifact": "no file", "reference": named("r.csv", b"a\n1\n")}, "artifact"),
        (files(units="mm"), "units"),
        (files(units='{"a": 1}'), "units"),
        (files(units='{"a": '), "units"),
        (files(units="[" * 5000), "units"),
        (files(categories="[1]"), "categories"),
        (files(deploy="challenger"), "deploy"),
        (files(target="x" * 201), "target"),
        (files(mlflow_run="javascript:alert(1)"), "mlflow_run"),
        (files(mlflow_run="my run"), "mlflow_run"),
        (files(mlflow_run="https://"), "mlflow_run"),
        (files(notes="a\x00b"), "notes"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_kept(publisher, sent, field):
    response = publisher.post(VERSIONS, sent)
    assert response.status_code == 400
    assert response.json()["code"] == "invalid_input"
    assert response.json()["error"].startswith(f"Field '{field}': ")
    assert not RegisteredModel.objects.exists()
    assert left_behind() == []


@pytest.mark.parametrize("name", ["Penguins", "a_b", "-a", "a" * 51, "publish", "é"])
def test_a_name_that_fits_no_address_is_refused(publisher, name):
    response = publisher.post(f"/api/v1/models/{name}/versions", files())
    assert (response.status_code, response.json()["code"]) == (400, "invalid_input")
    assert left_behind() == []


def test_errors_are_english_whatever_the_caller_reads(publisher):
    response = publisher.post(VERSIONS, {}, headers={"Accept-Language": "fr"})
    assert response.json()["error"] == "Field 'artifact': This field is required."


def test_a_body_that_is_no_form_is_refused(publisher):
    response = publisher.post(VERSIONS, b"--x\r\nbroken", content_type="multipart/form-data; boundary=x")
    assert (response.status_code, response.json()["code"]) == (400, "invalid_input")


def test_a_user_may_not_publish(bob):
    response = with_key(bob).post(VERSIONS, files())
    assert (response.status_code, response.json()["code"]) == (403, "forbidden")
    assert left_behind() == []


def test_nobody_may_not_publish(client, db):
    response = client.post(VERSIONS, files())
    assert (response.status_code, response.json()["code"]) == (401, "unauthenticated")
    assert left_behind() == []


def test_nobody_is_told_to_log_in_and_not_of_a_token(db):
    response = Client(enforce_csrf_checks=True).post(VERSIONS, files())
    assert (response.status_code, response.json()["code"]) == (401, "unauthenticated")


def test_a_session_without_its_token_may_not_publish(alice):
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice, "django.contrib.auth.backends.ModelBackend")
    assert client.post(VERSIONS, files()).status_code == 403
    assert left_behind() == []


def test_a_name_of_somebody_elses_is_taken(alice, publisher):
    alice.models.create(name="penguins", title="Penguins")
    response = publisher.post(VERSIONS, files())
    assert (response.status_code, response.json()["code"]) == (409, "wrong_state")
    assert left_behind() == []


def test_a_maintainer_publishes_too(alice, publisher, bob):
    alice.models.create(name="penguins", title="Penguins").maintainers.add(bob)
    assert publisher.post(VERSIONS, files()).status_code == 202
    assert RegisteredModel.objects.get().owner == alice


def test_a_pickle_is_allowed_to_whom_an_admin_allows_it(
    publisher, bob, monkeypatch, django_capture_on_commit_callbacks
):
    bob.may_publish_pickles = True
    bob.save()
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr("webapp.celery.app.send_task", lambda *_, kwargs, **__: sent.append(kwargs["message"]))
    with django_capture_on_commit_callbacks(execute=True):
        publisher.post(VERSIONS, files())
    assert sent[0]["pickles_allowed"] is True


def test_a_version_is_described(publisher, version):
    record(inspected(version))
    described = publisher.get(f"{VERSIONS}/1").json()
    assert (described["status"], described["engine"], described["published_by"]) == ("ready", "onnx", "bob")
    assert described["signature"]["features"][0]["name"] == "bill_mm"
    assert described["quality"][0] == {
        "name": "accuracy",
        "value": 0.991,
        "unit": "",
        "low": None,
        "high": None,
        "label": "",
    }
    assert described["report"] is None
    assert publisher.get(VERSIONS).json() == [described]


def test_a_rejected_version_says_why(publisher, version):
    record(inspected(version, manifest=None, reason="It is no model.", hint="Save it with skops."))
    described = publisher.get(f"{VERSIONS}/1").json()
    assert (described["status"], described["reason"], described["hint"]) == (
        "rejected",
        "It is no model.",
        "Save it with skops.",
    )
    assert described["signature"] is None


def test_models_are_listed_with_their_newest_version(publisher, version):
    publisher.post(VERSIONS, files(artifact=b"a better model"))
    (model,) = publisher.get("/api/v1/models").json()
    assert (model["name"], model["owner"], model["newest_version"]["version"]) == ("penguins", "bob", 2)
    assert publisher.get("/api/v1/models/penguins").json() == model


@pytest.mark.parametrize("address", ["", "/versions", "/versions/1"])
def test_absent_and_not_yours_are_the_same_404(publisher, charlie, version, address):
    stranger = with_key(charlie)
    strange = stranger.get(f"/api/v1/models/penguins{address}")
    absent = stranger.get(f"/api/v1/models/absent{address}")
    assert strange.status_code == absent.status_code == 404
    assert strange.content == absent.content
    assert stranger.get("/api/v1/models").json() == []


def test_an_admin_sees_every_model(alice, publisher, version):
    record(inspected(version, manifest=manifest()))
    assert [model["name"] for model in with_key(alice).get("/api/v1/models").json()] == ["penguins"]
