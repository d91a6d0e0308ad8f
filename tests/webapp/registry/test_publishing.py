"""Publishing with real files: from a publisher's directory into the store and behind an endpoint."""

import hashlib
import json

import pytest

from tests.playground import inspected, publish_and_accept, submission
from webapp.endpoints.models import Endpoint
from webapp.registry import publishing
from webapp.registry.errors import FileNotKeptError, InspectionNotSentError
from webapp.registry.models import DeployRole, Status
from webapp.registry.publishing import publish, record, store
from worker.contract.inspection import Publication

pytestmark = pytest.mark.django_db


def test_published_files_wait_in_the_inbox(alice, tmp_path):
    version = publish(alice, submission(tmp_path / "in"))
    inbox = store().inbox(version.inspection_id)
    assert (inbox / "artifact").read_bytes() == b"a model"
    assert version.status == Status.INSPECTING
    assert version.publication.target == "species"


def test_an_accepted_version_is_in_the_store_and_gone_from_the_spool(alice, tmp_path, settings):
    version = publish_and_accept(alice, tmp_path / "in")
    kept = settings.MODELS_DIR / version.digest
    assert sorted(file.name for file in kept.iterdir()) == ["artifact", "manifest.json", "reference"]
    assert json.loads((kept / "manifest.json").read_text())["engine"] == "onnx"
    assert not store().inbox(version.inspection_id).exists()


def test_what_the_inspection_made_is_kept_too(alice, tmp_path, settings):
    version = publish(alice, submission(tmp_path / "in"))
    (store().outbox(version.inspection_id) / "model.onnx").write_bytes(b"onnx")
    digest = hashlib.sha256(b"onnx").hexdigest()
    record(inspected(version, files=("model.onnx",), digests={"model.onnx": digest}))
    assert (settings.MODELS_DIR / version.digest / "model.onnx").read_bytes() == b"onnx"


def test_an_accepted_version_answers_behind_an_endpoint_for_everyone(alice, bob, tmp_path):
    version = publish_and_accept(alice, tmp_path / "in")
    endpoint = Endpoint.objects.visible_to(bob).get()
    assert endpoint.name == "penguins"
    assert endpoint.champion is not None
    assert endpoint.champion.version == version


def test_a_second_version_ends_the_first_and_leaves_the_groups(alice, bob, tmp_path):
    publish_and_accept(alice, tmp_path / "in")
    Endpoint.objects.get().groups.clear()
    second = publish(alice, submission(tmp_path / "two", artifact=b"a better model"))
    record(inspected(second))
    endpoint = Endpoint.objects.get()
    assert endpoint.champion is not None
    assert endpoint.champion.version.number == 2
    assert not Endpoint.objects.visible_to(bob).exists()


def test_a_version_is_not_deployed_when_nobody_wanted_it(alice, tmp_path):
    version = publish(alice, submission(tmp_path / "in"))
    version.deploy_role = DeployRole.NONE
    version.save()
    record(inspected(version))
    assert not Endpoint.objects.exists()


def test_a_rejected_version_tells_why_and_leaves_nothing(alice, tmp_path, settings):
    version = publish(alice, submission(tmp_path / "in"))
    record(inspected(version, manifest=None, reason="It is no model.", hint="Save it with skops."))
    version.refresh_from_db()
    assert (version.status, version.reason) == (Status.REJECTED, "It is no model.")
    assert not settings.MODELS_DIR.exists()
    assert not Endpoint.objects.exists()


def test_files_that_changed_meanwhile_are_rejected(alice, tmp_path, settings):
    version = publish(alice, submission(tmp_path / "in"))
    (store().inbox(version.inspection_id) / "artifact").write_bytes(b"another model")
    record(inspected(version))
    version.refresh_from_db()
    assert version.reason == "File 'artifact' is not kept: it changed after it was published."
    assert list(settings.MODELS_DIR.iterdir()) == []


def test_the_same_files_are_the_same_version(alice, tmp_path):
    version = publish_and_accept(alice, tmp_path / "in")
    again = publish(alice, submission(tmp_path / "in"))
    assert (again, again.status) == (version, Status.READY)


def test_the_spool_of_files_that_are_ready_already_is_emptied(
    alice, tmp_path, django_capture_on_commit_callbacks, monkeypatch
):
    publish_and_accept(alice, tmp_path / "in")
    with django_capture_on_commit_callbacks(execute=True):
        publish(alice, submission(tmp_path / "in"))
    assert list((store().spool_dir / "inbox").iterdir()) == []


def test_a_rejected_version_is_inspected_again(alice, tmp_path):
    version = publish(alice, submission(tmp_path / "in"))
    record(inspected(version, manifest=None, reason="The worker was tired."))
    again = publish(alice, submission(tmp_path / "in"))
    assert again.pk == version.pk
    assert again.inspection_id != version.inspection_id
    record(inspected(again))
    again.refresh_from_db()
    assert again.is_ready


def test_the_outcome_of_a_former_inspection_is_dropped(alice, tmp_path, caplog):
    version = publish(alice, submission(tmp_path / "in"))
    record(inspected(version, inspection_id="unknown"))
    version.refresh_from_db()
    assert version.status == Status.INSPECTING
    assert "Nobody waits for the outcome of inspection unknown" in caplog.text


def test_what_a_former_inspection_made_is_removed_with_its_outcome(alice, tmp_path, settings):
    version = publish(alice, submission(tmp_path / "in"))
    former = "0" * 32
    made = settings.SPOOL_DIR / "outbox" / former
    made.mkdir(parents=True)
    record(inspected(version, inspection_id=former))
    assert not made.exists()
    assert (settings.SPOOL_DIR / "inbox" / version.inspection_id).exists()


@pytest.mark.parametrize("inspection_id", ["..", "../inbox", "."])
def test_an_outcome_removes_nothing_but_an_inspection(alice, tmp_path, settings, inspection_id):
    version = publish(alice, submission(tmp_path / "in"))
    record(inspected(version, inspection_id=inspection_id))
    record(inspected(version, inspection_id=version.inspection_id, version_id=version.pk + 1))
    assert (settings.SPOOL_DIR / "inbox" / version.inspection_id / "artifact").exists()


def test_a_second_delivery_changes_nothing(alice, tmp_path):
    version = publish_and_accept(alice, tmp_path / "in")
    record(inspected(version, manifest=None, reason="Late."))
    version.refresh_from_db()
    assert version.is_ready


def test_without_redis_the_publisher_is_told_and_the_version_waits(alice, tmp_path, django_capture_on_commit_callbacks):
    with (
        pytest.raises(InspectionNotSentError, match="penguins version 1 waits for its inspection"),
        django_capture_on_commit_callbacks(execute=True),
    ):
        publish(alice, submission(tmp_path / "in"))
    assert alice.models.get().versions.get().status == Status.INSPECTING


def test_what_cannot_be_published_leaves_nothing_in_the_spool(alice, tmp_path):
    incomplete = submission(tmp_path / "in")
    incomplete.reference.unlink()
    with pytest.raises(FileNotKeptError):
        publish(alice, incomplete)
    assert list(store().spool_dir.glob("*/*")) == []


def test_a_new_inspection_leaves_nothing_of_the_former_one(
    alice, tmp_path, django_capture_on_commit_callbacks, monkeypatch
):
    version = publish(alice, submission(tmp_path / "in"))
    with pytest.raises(InspectionNotSentError), django_capture_on_commit_callbacks(execute=True):
        publish(alice, submission(tmp_path / "in"))
    assert not store().inbox(version.inspection_id).exists()


def test_a_second_delivery_empties_the_spool_that_the_first_left(alice, tmp_path):
    version = publish_and_accept(alice, tmp_path / "in")
    store().receive(version.inspection_id, *(tmp_path / "in" / name for name in ("model.skops", "reference.csv")))
    record(inspected(version))
    assert list(store().spool_dir.glob("*/*")) == []


def test_other_data_is_another_version():
    same = submission_digest("a", "r", None)
    assert submission_digest("a", "r", None) == same
    assert len({same, submission_digest("a", "s", None), submission_digest("a", "r", "species")}) == 3


def submission_digest(artifact: str, reference: str, target: str | None) -> str:
    return publishing.digest_of(artifact, reference, Publication(target=target))
