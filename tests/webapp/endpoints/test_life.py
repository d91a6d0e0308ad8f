"""Versions are put away and deleted: never while deployed, never twice under one number."""

import pytest

from tests.playground import NOON, inspected, publish_and_accept, submission
from tests.webapp.endpoints.test_deploying import add_version, put
from webapp.audit.models import Action, AuditEvent
from webapp.endpoints import life
from webapp.endpoints.deploying import withdraw
from webapp.endpoints.errors import DeploymentStateError, OrderError
from webapp.registry.errors import WrongStateError
from webapp.registry.publishing import publish, record, store


@pytest.fixture
def stored(alice, tmp_path):
    """Return a version with its files, that is no longer deployed."""
    version = publish_and_accept(alice, tmp_path / "in")
    withdraw(version.deployments.get(), alice, NOON)
    return version


@pytest.mark.parametrize("put_away", [life.retire, life.archive])
def test_what_is_deployed_is_not_put_away(penguins, alice, put_away):
    version = penguins.champion.version
    with pytest.raises(DeploymentStateError, match="penguins version 1 stands behind penguins"):
        put_away(version, alice)
    assert version.is_ready


@pytest.mark.parametrize(("put_away", "status"), [(life.retire, "retired"), (life.archive, "archived")])
def test_what_is_put_away_is_not_deployed_until_it_comes_back(penguins, alice, put_away, status):
    version = add_version(penguins)
    put_away(version, alice, "Old.")
    assert version.status == status
    with pytest.raises(WrongStateError):
        put(penguins, version)
    life.restore(version, alice)
    assert put(penguins, version).is_live
    assert AuditEvent.objects.get(action=status).reason == "Old."


@pytest.mark.parametrize("event", [life.retire, life.archive, life.restore])
def test_what_was_rejected_is_neither_put_away_nor_restored(penguins, alice, event):
    with pytest.raises(WrongStateError):
        event(add_version(penguins, status="rejected"), alice)


def test_a_version_is_deleted_with_its_files(stored, alice, django_capture_on_commit_callbacks):
    digest = stored.digest
    with django_capture_on_commit_callbacks(execute=True):
        life.delete(stored, alice, "penguins 1", "Trained on wrong data.")
    assert stored.status == "deleted"
    assert list(store().models_dir.iterdir()) == []
    told = AuditEvent.objects.get(action=Action.DELETED)
    assert (told.by, told.version, told.reason, told.before) == (
        "alice",
        1,
        "Trained on wrong data.",
        {"digest": digest},
    )


@pytest.mark.parametrize("typed", ["", "penguins", "penguins 2", "Penguins 1"])
def test_another_name_deletes_nothing(stored, alice, typed):
    with pytest.raises(OrderError, match="is not the name “penguins 1”"):
        life.delete(stored, alice, typed)
    assert (store().models_dir / stored.digest).exists()


def test_what_is_deployed_is_not_deleted(penguins, alice):
    with pytest.raises(DeploymentStateError):
        life.delete(penguins.champion.version, alice, "penguins 1")


def test_what_is_being_inspected_is_not_deleted(alice, tmp_path):
    version = publish(alice, submission(tmp_path / "in"))
    with pytest.raises(WrongStateError):
        life.delete(version, alice, "penguins 1")


def test_files_of_another_version_stay(stored, alice, tmp_path, django_capture_on_commit_callbacks):
    other = publish(alice, submission(tmp_path / "in", name="birds"))
    assert other.digest == stored.digest
    with pytest.raises(DeploymentStateError, match="are those of another version too"):
        life.delete(stored, alice, "penguins 1")


def test_the_same_files_published_again_are_a_new_version(stored, alice, tmp_path, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        life.delete(stored, alice, "penguins 1")
    again = publish(alice, submission(tmp_path / "in"))
    record(inspected(again))
    again.refresh_from_db()
    assert (again.number, again.status) == (2, "ready")
    assert (store().models_dir / again.digest / "artifact").exists()


def test_the_files_of_a_retired_version_published_again_do_not_revive_it(stored, alice, tmp_path):
    life.retire(stored, alice)
    with pytest.raises(WrongStateError):
        publish(alice, submission(tmp_path / "in"))
    stored.refresh_from_db()
    assert stored.status == "retired"


@pytest.mark.parametrize("digest", ["", "..", "../spool", "0" * 64])
def test_the_store_removes_nothing_else(stored, digest):
    store().remove(digest)
    assert [path.name for path in store().models_dir.iterdir()] == [stored.digest]
