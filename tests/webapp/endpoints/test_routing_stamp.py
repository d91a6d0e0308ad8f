"""The routing stamp moves with every change of who may ask what, and with nothing else."""

import logging

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone

from tests.playground import NOON, add_user
from tests.webapp.endpoints.test_deploying import add_version, put
from webapp.accounts.models import ApiKey
from webapp.endpoints import routing_stamp
from webapp.endpoints.deploying import withdraw


@pytest.fixture
def moves(monkeypatch, django_capture_on_commit_callbacks):
    """Return a function that does something, commits, and tells whether the stamp moved."""

    def moved(change) -> bool:
        times: list[str] = []
        monkeypatch.setattr(routing_stamp, "move", lambda: times.append("moved"))
        with django_capture_on_commit_callbacks(execute=True):
            change()
        return bool(times)

    return moved


def test_a_new_key_moves_it(moves, bob):
    assert moves(lambda: ApiKey.objects.create_key(bob))


def test_a_revoked_key_moves_it(moves, bob):
    key, _text = ApiKey.objects.create_key(bob)
    assert moves(lambda: key.revoke(NOON))


def test_a_used_key_does_not(moves, bob):
    key, _text = ApiKey.objects.create_key(bob)
    assert not moves(lambda: ApiKey.objects.mark_used([key.digest], NOON))


def test_a_login_does_not(moves, bob):
    bob.last_login = timezone.now()
    assert not moves(lambda: bob.save(update_fields=["last_login"]))


def test_a_new_user_moves_it(moves, db):
    assert moves(lambda: add_user("dora"))


def test_a_user_who_left_moves_it(moves, bob):
    bob.is_active = False
    assert moves(bob.save)


def test_a_deleted_user_moves_it(moves, bob):
    assert moves(bob.delete)


def test_leaving_a_group_moves_it(moves, bob):
    assert moves(bob.groups.clear)


def test_a_group_of_an_endpoint_moves_it(moves, penguins):
    assert moves(lambda: penguins.groups.add(Group.objects.create(name="chemists")))


def test_a_deployment_moves_it(moves, penguins):
    second = add_version(penguins)
    assert moves(lambda: put(penguins, second))


def test_what_is_withdrawn_moves_it(moves, penguins, alice):
    assert moves(lambda: withdraw(penguins.champion, alice, NOON))


def test_a_closed_endpoint_moves_it(moves, penguins):
    penguins.is_active = False
    assert moves(penguins.save)


def test_without_redis_it_says_so_once_and_nothing_fails(caplog):
    routing_stamp._reporter.back()
    with caplog.at_level(logging.WARNING):
        routing_stamp.move()
        routing_stamp.move()
    assert caplog.text.count("Redis does not answer") == 1
    routing_stamp._reporter.back()
