"""What the trail tells of accounts: passwords, log-outs, locks, keys, groups, and never a secret."""

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import Group

from tests.playground import PASSWORD, add_user
from webapp.accounts.models import ApiKey
from webapp.audit.models import Action, AuditEvent

pytestmark = pytest.mark.django_db

NEW_PASSWORD = "staple-battery-horse"


def events(action: Action) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(action=action).order_by("pk"))


def everything_told() -> str:
    return repr(list(AuditEvent.objects.values()))


def test_a_password_that_is_changed_is_recorded_and_nothing_of_it(as_bob, bob):
    change = {"old_password": PASSWORD, "new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}
    as_bob.post("/password/", change, REMOTE_ADDR="192.0.2.7")
    (noted,) = events(Action.PASSWORD_CHANGED)
    assert (noted.by, noted.person, noted.address) == ("bob", "bob", "192.0.2.7")
    assert (noted.before, noted.after) == ({}, {})
    bob.refresh_from_db()
    for secret in (PASSWORD, NEW_PASSWORD, bob.password):
        assert secret not in everything_told()


def test_a_password_that_an_administrator_sets_is_recorded_with_who(as_alice, bob):
    change = {"usable_password": "true", "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    as_alice.post(f"/admin/accounts/user/{bob.pk}/password/", change)
    (noted,) = events(Action.PASSWORD_CHANGED)
    assert (noted.by, noted.person) == ("alice", "bob")


def test_a_password_that_is_taken_away_is_recorded(as_alice, bob):
    as_alice.post(f"/admin/accounts/user/{bob.pk}/password/", {"usable_password": "false", "unset-password": "1"})
    (noted,) = events(Action.USER_CHANGED)
    assert (noted.before, noted.after) == ({"has_password": True}, {"has_password": False})


def test_a_password_that_is_not_changed_is_not_recorded(as_bob, client, bob):
    change = {"old_password": "wrong", "new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}
    as_bob.post("/password/", change)
    add_user("dora")
    assert events(Action.PASSWORD_CHANGED) == []


def test_a_hash_that_is_only_renewed_is_not_recorded(client, bob, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher", *settings.PASSWORD_HASHERS]
    former = bob.password
    assert client.post("/login/", {"username": "bob", "password": PASSWORD}).status_code == 302
    bob.refresh_from_db()
    assert bob.password != former
    assert events(Action.PASSWORD_CHANGED) == []


def test_a_log_out_is_recorded_with_its_address(as_bob):
    as_bob.post("/logout/", REMOTE_ADDR="192.0.2.7")
    (noted,) = events(Action.LOGGED_OUT)
    assert (noted.by, noted.person, noted.address) == ("bob", "bob", "192.0.2.7")


def test_a_log_out_of_nobody_is_not_recorded(client, db):
    client.post("/logout/")
    assert events(Action.LOGGED_OUT) == []


def test_another_name_is_recorded(bob):
    bob.username = "robert"
    bob.save()
    (noted,) = events(Action.USER_CHANGED)
    assert (noted.person, noted.before, noted.after) == ("robert", {"username": "bob"}, {"username": "robert"})


def test_a_lock_that_an_administrator_lifts_is_recorded(as_alice, client, bob):
    client.post("/login/", {"username": "bob", "password": "wrong"})
    attempt = AccessAttempt.objects.get(username="bob")
    as_alice.post(f"/admin/axes/accessattempt/{attempt.pk}/delete/", {"post": "yes"})
    (noted,) = events(Action.LOCK_LIFTED)
    assert (noted.by, noted.person) == ("alice", "bob")


def test_whoever_logs_in_after_a_wrong_password_lifts_no_lock(client, bob):
    client.post("/login/", {"username": "bob", "password": "wrong"})
    client.post("/login/", {"username": "bob", "password": PASSWORD})
    assert not AccessAttempt.objects.exists()
    assert events(Action.LOCK_LIFTED) == []


def test_a_key_that_is_deleted_is_recorded_without_its_text(as_alice, bob):
    key, text = ApiKey.objects.create_key(bob, "robot")
    as_alice.post(f"/admin/accounts/apikey/{key.pk}/delete/", {"post": "yes"})
    (noted,) = events(Action.KEY_DELETED)
    assert (noted.by, noted.person, noted.before) == ("alice", "bob", {"key": str(key)})
    assert text not in everything_told()
    assert key.digest not in everything_told()


def test_keys_that_go_with_their_user_are_recorded(bob):
    ApiKey.objects.create_key(bob)
    bob.delete()
    assert [noted.person for noted in events(Action.KEY_DELETED)] == ["bob"]


def test_groups_made_renamed_and_deleted_are_recorded(as_alice):
    as_alice.post("/admin/auth/group/add/", {"name": "chemists"})
    group = Group.objects.get(name="chemists")
    as_alice.post(f"/admin/auth/group/{group.pk}/change/", {"name": "bakers"})
    as_alice.post(f"/admin/auth/group/{group.pk}/delete/", {"post": "yes"})
    made, changed, deleted = (
        events(action)[-1] for action in (Action.GROUP_MADE, Action.GROUP_CHANGED, Action.GROUP_DELETED)
    )
    assert {made.by, changed.by, deleted.by} == {"alice"}
    assert (made.after, changed.before, changed.after) == (
        {"name": "chemists"},
        {"name": "chemists"},
        {"name": "bakers"},
    )
    assert deleted.before == {"name": "bakers"}


def test_whoever_leaves_a_group_because_it_is_deleted_is_recorded(bob):
    group = Group.objects.create(name="chemists")
    bob.groups.add(group)
    group.delete()
    noted = events(Action.ACCESS_CHANGED)[-1]
    assert (noted.person, noted.before, noted.after) == ("bob", {"groups": ["chemists"]}, {})
