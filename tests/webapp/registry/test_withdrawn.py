"""What a publisher may no longer do is not done for them either, whatever of theirs is being inspected."""

from typing import Any

import pytest
from django.db.models import ProtectedError

from tests.playground import add_user, inspected, submission
from webapp.accounts.models import Role, User
from webapp.celery import app
from webapp.endpoints.models import Endpoint
from webapp.registry.models import DeployRole, ModelVersion, RegisteredModel, Status
from webapp.registry.publishing import inspect_without_pickles, publish, record, store

pytestmark = pytest.mark.django_db


@pytest.fixture
def pia(db) -> User:
    user = add_user("pia", Role.PUBLISHER)
    user.may_publish_pickles = True
    user.save()
    return user


@pytest.fixture
def sent(monkeypatch, django_capture_on_commit_callbacks) -> list[dict[str, Any]]:
    """What would go to Redis."""
    messages: list[dict[str, Any]] = []
    monkeypatch.setattr(app, "send_task", lambda _name, kwargs, **_options: messages.append(kwargs["message"]))
    return messages


@pytest.fixture
def waiting(pia, tmp_path, sent, django_capture_on_commit_callbacks) -> ModelVersion:
    with django_capture_on_commit_callbacks(execute=True):
        return publish(pia, submission(tmp_path / "in"))


@pytest.mark.parametrize("change", [{"may_publish_pickles": False}, {"is_active": False}, {"role": Role.USER}])
def test_a_pickle_that_waits_is_not_opened_once_that_is_withdrawn(
    waiting, pia, sent, change, django_capture_on_commit_callbacks
):
    for name, value in change.items():
        setattr(pia, name, value)
    with django_capture_on_commit_callbacks(execute=True):
        pia.save()
    former, now = sent
    assert (former["pickles_allowed"], now["pickles_allowed"]) == (True, False)
    assert not store().inbox(former["inspection_id"]).exists()
    assert (store().inbox(now["inspection_id"]) / "artifact").read_bytes() == b"a model"
    record(inspected(waiting, inspection_id=former["inspection_id"]))
    waiting.refresh_from_db()
    assert waiting.status == Status.INSPECTING
    record(inspected(waiting, inspection_id=now["inspection_id"]))
    waiting.refresh_from_db()
    assert waiting.is_ready


def test_another_change_of_the_account_leaves_the_inspection_alone(
    waiting, pia, sent, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        pia.save()
    assert len(sent) == 1


def test_what_is_accepted_while_that_is_withdrawn_stays_accepted(
    waiting, pia, tmp_path, monkeypatch, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        other = publish(pia, submission(tmp_path / "in", name="others"))

    def accept_the_other(_name, kwargs, **_options) -> None:
        record(inspected(other if kwargs["message"]["version_id"] == waiting.pk else waiting))

    monkeypatch.setattr(app, "send_task", accept_the_other)
    inspect_without_pickles(pia)
    found = ModelVersion.objects.filter(pk__in=(waiting.pk, other.pk))
    assert {version.status: version.pickles_allowed for version in found} == {
        Status.READY: True,
        Status.INSPECTING: False,
    }


@pytest.mark.parametrize("change", [{"is_active": False}, {"role": Role.USER}])
def test_nothing_is_deployed_for_somebody_who_may_no_longer_publish(waiting, change):
    User.objects.filter(pk=waiting.created_by.pk).update(**change)
    record(inspected(waiting))
    waiting.refresh_from_db()
    assert waiting.is_ready
    assert "stands before a model that pia does not manage" in waiting.reason
    assert not Endpoint.objects.exists()


def test_nothing_is_deployed_for_a_former_maintainer(alice, pia, tmp_path):
    model = RegisteredModel.objects.create(name="penguins", title="Penguins", owner=alice)
    model.maintainers.add(pia)
    version = publish(pia, submission(tmp_path / "in"))
    model.maintainers.remove(pia)
    record(inspected(version))
    version.refresh_from_db()
    assert (version.status, Endpoint.objects.exists()) == (Status.READY, False)


def test_a_version_is_deployed_in_the_name_of_who_asked_last(alice, waiting, pia, tmp_path):
    User.objects.filter(pk=pia.pk).update(is_active=False)
    again = publish(alice, submission(tmp_path / "in"))
    record(inspected(again))
    champion = Endpoint.objects.get().champion
    assert champion is not None
    assert (champion.version, champion.deployed_by) == (waiting, alice)
    assert again.created_by == pia


def test_somebody_whose_model_is_being_inspected_cannot_be_deleted(waiting, pia):
    assert waiting.deploy_role == DeployRole.CHAMPION
    with pytest.raises(ProtectedError):
        pia.delete()
