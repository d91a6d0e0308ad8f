"""The routing table holds who may ask what, and forgets what is revoked or ended."""

import hashlib
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Group

from tests.playground import add_user, deployed_endpoint
from webapp.accounts.models import ApiKey, Role
from webapp.endpoints.models import Endpoint
from webapp.gateway.routing import build_routing_table

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
