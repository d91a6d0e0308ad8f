"""The routing table holds who may ask what, and forgets what is revoked or ended."""

import hashlib
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Group

from tests.playground import NOON, add_user, deployed_endpoint, manifest
from webapp.accounts.models import ApiKey, Role
from webapp.endpoints.deploying import deploy, withdraw
from webapp.endpoints.models import DeploymentRole, Endpoint
from webapp.endpoints.orders import Order
from webapp.gateway.routing import Route, build_routing_table
from webapp.registry.models import ModelVersion

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice():
    return add_user("alice", Role.PUBLISHER)


def digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def test_a_revoked_key_is_not_in_the_table(alice):
    key, text = ApiKey.objects.create_key(alice)
    key.revoke(datetime.now(UTC))
    assert digest(text) not in build_routing_table().endpoints_by_key


def test_a_key_of_somebody_who_may_not_log_in_is_not_in_the_table(alice):
    _, text = ApiKey.objects.create_key(alice)
    alice.is_active = False
    alice.save()
    assert digest(text) not in build_routing_table().endpoints_by_key


def test_a_key_opens_the_endpoints_of_its_users_groups(alice):
    deployed_endpoint(alice)
    hidden = deployed_endpoint(alice, "diamonds")
    hidden.groups.set([Group.objects.create(name="jewellers")])
    _, text = ApiKey.objects.create_key(alice)
    assert build_routing_table().endpoints_by_key[digest(text)] == {"penguins"}


def test_what_the_box_asks_itself_is_told_from_what_people_ask(alice):
    _, text = ApiKey.objects.create_key(alice)
    _, of_check = ApiKey.objects.create_key(alice, is_check=True)
    callers = build_routing_table().callers_by_key
    assert (callers[digest(text)], callers[digest(of_check)]) == (f"api:{alice.pk}", f"check:{alice.pk}")


def test_an_admin_may_use_every_endpoint(alice):
    deployed_endpoint(alice).groups.clear()
    admin = add_user("root", Role.ADMIN)
    assert build_routing_table().endpoints_by_user[admin.pk] == {"penguins"}


def test_a_route_leads_to_the_champion(alice):
    endpoint = deployed_endpoint(alice)
    assert endpoint.champion is not None
    version = endpoint.champion.version
    route = build_routing_table().routes["penguins"]
    assert (route.version, route.digest) == (version.number, version.digest)


def test_an_endpoint_that_is_switched_off_is_nowhere(alice):
    deployed_endpoint(alice)
    Endpoint.objects.update(is_active=False)
    table = build_routing_table()
    assert (table.routes, table.endpoints_by_user[alice.pk]) == ({}, frozenset())


def test_an_endpoint_without_a_version_is_known_to_wait(alice):
    Endpoint.objects.create(name="empty", title="Empty")
    assert build_routing_table().waiting == {"empty"}


def test_the_number_of_queries_does_not_grow_with_keys_and_users(alice, django_assert_max_num_queries):
    deployed_endpoint(alice)
    for number in range(20):
        ApiKey.objects.create_key(add_user(f"user{number}"))
    with django_assert_max_num_queries(6):
        build_routing_table()


def second_version(endpoint: Endpoint, alice) -> ModelVersion:
    first = endpoint.deployments.get().version
    second = first.model.versions.create(number=2, digest="second", inspection_id="second", created_by=alice)
    second.mark_ready(manifest())
    return second


def test_a_challenger_and_shadows_stand_beside_their_champion(alice):
    endpoint = deployed_endpoint(alice)
    second = second_version(endpoint, alice)
    order = Order(version=second, by=alice, role=DeploymentRole.CHALLENGER, share=20)
    challenger = deploy(endpoint, order, NOON)
    route = build_routing_table().routes["penguins"]
    assert [(one.version, one.share) for one in route.all] == [(1, 100), (2, 20)]
    withdraw(challenger, alice, NOON)
    deploy(endpoint, Order(version=second, by=alice, role=DeploymentRole.SHADOW), NOON)
    route = build_routing_table().routes["penguins"]
    assert route.challenger is None
    assert [(shadow.digest, shadow.against) for shadow in route.shadows] == [("second", "penguins-digest")]
    assert build_routing_table().digests == {"penguins-digest", "second"}


def test_a_caller_always_meets_the_same_version_and_the_share_is_kept():
    challenger = Route(endpoint="penguins", version=2, digest="b", share=20)
    route = Route(endpoint="penguins", version=1, digest="a", challenger=challenger)
    callers = [b"key-%d" % number for number in range(2000)]
    met = [route.for_caller(caller).version for caller in callers]
    assert met == [route.for_caller(caller).version for caller in callers]
    assert 0.16 < met.count(2) / len(met) < 0.24


def test_a_larger_share_takes_nobody_back():
    def met(share: int) -> set[int]:
        challenger = Route(endpoint="penguins", version=2, digest="b", share=share)
        route = Route(endpoint="penguins", version=1, digest="a", challenger=challenger)
        return {number for number in range(500) if route.for_caller(b"%d" % number).version == 2}

    assert met(10) < met(30)
