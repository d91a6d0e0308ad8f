"""Who sees an endpoint, and which version answers."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError

from tests.playground import NOON, add_user
from webapp.endpoints.models import Deployment, Endpoint
from webapp.registry.errors import WrongStateError
from webapp.registry.models import ModelVersion


def test_members_of_a_group_see_its_endpoints(penguins, bob):
    assert list(Endpoint.objects.visible_to(bob)) == [penguins]


def test_a_stranger_sees_nothing(penguins, charlie):
    assert not Endpoint.objects.visible_to(charlie).exists()


def test_somebody_unknown_sees_nothing(penguins):
    assert not Endpoint.objects.visible_to(AnonymousUser()).exists()


def test_an_admin_sees_all(penguins, alice):
    penguins.groups.clear()
    assert list(Endpoint.objects.visible_to(alice)) == [penguins]


def test_somebody_who_left_sees_nothing(penguins, bob):
    bob.is_active = False
    bob.save()
    assert not Endpoint.objects.visible_to(bob).exists()


def test_an_endpoint_that_is_not_active_is_absent(penguins, alice):
    Endpoint.objects.update(is_active=False)
    assert not Endpoint.objects.visible_to(alice).exists()


def test_two_common_groups_show_an_endpoint_once(penguins, bob, django_user_model):
    second = bob.groups.create(name="second")
    penguins.groups.add(second)
    assert Endpoint.objects.visible_to(bob).count() == 1


def version_two(endpoint: Endpoint, status: str = "ready") -> ModelVersion:
    champion = endpoint.champion
    assert champion is not None
    model, publisher = champion.version.model, champion.deployed_by
    return model.versions.create(number=2, digest="two", inspection_id="two", created_by=publisher, status=status)


def test_a_new_champion_ends_the_former(penguins, alice):
    former = penguins.champion
    penguins.deploy_champion(version_two(penguins), alice, NOON)
    former.refresh_from_db()
    assert former.ended_at == NOON
    assert penguins.champion.version.number == 2


def test_deploying_the_champion_again_changes_nothing(penguins, alice):
    before = penguins.champion
    assert penguins.deploy_champion(before.version, alice, NOON) == before
    assert Deployment.objects.count() == 1


def test_only_a_ready_version_is_deployed(penguins, alice):
    with pytest.raises(WrongStateError, match="penguins version 2 cannot be deployed: it is not ready"):
        penguins.deploy_champion(version_two(penguins, "rejected"), alice, NOON)


def test_an_endpoint_has_one_live_champion(penguins, alice):
    version = version_two(penguins)
    with pytest.raises(IntegrityError):
        penguins.deployments.create(version=version, role="champion", deployed_at=NOON, deployed_by=alice)


def test_an_endpoint_without_deployments_has_no_champion(db):
    endpoint = Endpoint.objects.create(name="empty", title="Empty")
    assert endpoint.champion is None
    fetched = Endpoint.objects.with_champion().get()
    assert fetched.champion is None


def test_champions_come_with_a_fixed_number_of_queries(penguins, alice, django_assert_num_queries):
    with django_assert_num_queries(2):
        assert [str(each.champion) for each in Endpoint.objects.with_champion()] == [
            "penguins: penguins version 1 (champion)"
        ]


def test_things_name_themselves(penguins):
    assert str(penguins) == "penguins"
    assert str(penguins.champion) == "penguins: penguins version 1 (champion)"
    assert add_user("dora").get_username() == "dora"
