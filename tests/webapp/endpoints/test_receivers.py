"""A version that is to be deployed at publication: when that cannot be, it is ready all the same and says why."""

import pytest

from tests.playground import add_user, inspected, manifest, publish_and_accept, submission
from tests.webapp.endpoints.test_deploying import FEWER, live
from webapp.accounts.models import Role
from webapp.endpoints.models import Endpoint
from webapp.registry.publishing import publish, record

pytestmark = pytest.mark.django_db


def test_a_version_with_other_features_is_ready_but_not_deployed(alice, tmp_path):
    publish_and_accept(alice, tmp_path / "one")
    second = publish(alice, submission(tmp_path / "two", artifact=b"another"))
    record(inspected(second, manifest=manifest(FEWER)))
    second.refresh_from_db()
    assert second.is_ready
    assert second.reason.startswith("penguins version 2 is ready but not deployed. penguins version 2 does not take")
    assert "“bill_mm” is gone" in second.reason
    assert live(Endpoint.objects.get()) == {"champion": [1]}


def test_a_version_for_which_memory_lacks_is_ready_but_not_deployed(alice, tmp_path, settings):
    settings.MODEL_MEMORY_BYTES = 0
    version = publish_and_accept(alice, tmp_path / "one")
    assert version.is_ready
    assert "are free" in version.reason
    assert live(Endpoint.objects.get()) == {}


def test_nobody_takes_an_endpoint_over_by_the_name_of_a_model(alice, penguins, tmp_path):
    taken = Endpoint.objects.create(name="birds", title="Birds")
    penguins.deployments.update(endpoint=taken)
    pia = add_user("pia", Role.PUBLISHER)
    version = publish(pia, submission(tmp_path / "one", name="birds"))
    record(inspected(version))
    version.refresh_from_db()
    assert version.reason == (
        "birds version 1 is ready but not deployed. The endpoint birds stands before a model that pia does not manage."
    )
    assert str(taken.champion) == "birds: penguins version 1 (champion)"


def test_the_groups_of_an_endpoint_stay(alice, tmp_path):
    publish_and_accept(alice, tmp_path / "one")
    endpoint = Endpoint.objects.get()
    endpoint.groups.clear()
    record(inspected(publish(alice, submission(tmp_path / "two", artifact=b"another"))))
    assert live(endpoint) == {"champion": [2]}
    assert not endpoint.groups.exists()
