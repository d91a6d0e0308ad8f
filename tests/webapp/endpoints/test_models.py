"""Who sees an endpoint, and which version answers."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError

from tests.playground import add_user, deployed_endpoint
from webapp.accounts.models import Role
from webapp.endpoints.models import Endpoint
from webapp.gateway.routing import build_routing_table
from worker.contract.journal import JournalRule


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


def test_an_endpoint_is_managed_by_the_people_of_its_model(db):
    owner, maintainer, publisher = (add_user(name, Role.PUBLISHER) for name in ("olga", "max", "pia"))
    endpoint = deployed_endpoint(owner)
    assert endpoint.model is not None
    endpoint.model.maintainers.add(maintainer)
    assert [endpoint.may_be_managed_by(user) for user in (owner, maintainer, publisher)] == [True, True, False]


def test_who_publishes_no_more_manages_no_more(db):
    owner = add_user("olga", Role.PUBLISHER)
    endpoint = deployed_endpoint(owner)
    owner.role = Role.USER
    owner.save()
    assert not endpoint.may_be_managed_by(owner)


def test_an_empty_endpoint_is_managed_by_the_people_of_the_model_of_its_name(db):
    owner = add_user("olga", Role.PUBLISHER)
    endpoint = Endpoint.objects.create(name="iris", title="Iris")
    assert not endpoint.may_be_managed_by(owner)
    owner.models.create(name="iris", title="Iris")
    assert endpoint.may_be_managed_by(owner)


def test_nobody_unknown_manages_anything(penguins):
    assert not penguins.may_be_managed_by(AnonymousUser())


@pytest.mark.parametrize("given", ["customer", ["customer", 7], [""], {"customer": 1}])
def test_hashed_features_are_a_list_of_names(penguins, given):
    penguins.hashed_features = given
    with pytest.raises(ValidationError, match="a list of names"):
        penguins.full_clean()


def test_what_the_journal_keeps_goes_with_the_route(penguins):
    penguins.keeps_inputs, penguins.hashed_features = False, ["island"]
    penguins.full_clean()
    penguins.save()
    rule = build_routing_table().routes["penguins"].rule
    assert rule == JournalRule(is_kept=True, inputs=False, hashed=("island",))
