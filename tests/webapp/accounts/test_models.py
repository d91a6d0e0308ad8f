"""Users, roles and keys."""

import pytest

from tests.playground import NOON, add_user
from webapp.accounts.models import EVERYONE, ApiKey, Role, User, digest_of

pytestmark = pytest.mark.django_db


def test_everybody_joins_everyone():
    assert [group.name for group in add_user("dora").groups.all()] == [EVERYONE]


def test_saving_again_does_not_join_again(charlie):
    charlie.save()
    assert not charlie.groups.exists()


@pytest.mark.parametrize(("role", "flag"), [(Role.USER, False), (Role.PUBLISHER, False), (Role.ADMIN, True)])
def test_djangos_flags_follow_the_role(role, flag):
    user = add_user("dora", role)
    assert (user.is_staff, user.is_superuser) == (flag, flag)


def test_flags_follow_a_role_that_changes(bob):
    bob.role = Role.ADMIN
    bob.save(update_fields=["role"])
    bob.refresh_from_db()
    assert bob.is_superuser


@pytest.mark.parametrize(("role", "may"), [(Role.USER, False), (Role.PUBLISHER, True), (Role.ADMIN, True)])
def test_publishers_and_admins_may_publish(role, may):
    assert User(role=role).may_publish is may


def test_a_superuser_is_an_admin():
    assert User.objects.create_superuser("root", password="x").is_admin


def test_only_the_digest_of_a_key_is_kept(bob):
    key, text = ApiKey.objects.create_key(bob, "lab")
    assert text.startswith("bst_")
    assert len(text) == 44
    assert key.digest == digest_of(text)
    assert text not in str(ApiKey.objects.values().get())


def test_a_key_opens_for_its_user(bob):
    _key, text = ApiKey.objects.create_key(bob)
    found = ApiKey.objects.find(text)
    assert found is not None
    assert found.user == bob


def test_a_revoked_key_opens_nothing(bob):
    key, text = ApiKey.objects.create_key(bob)
    key.revoke(NOON)
    assert ApiKey.objects.find(text) is None


def test_revoking_twice_keeps_the_first_time(bob):
    key, _text = ApiKey.objects.create_key(bob)
    key.revoke(NOON)
    key.revoke(NOON.replace(hour=13))
    assert key.revoked_at == NOON


def test_the_key_of_somebody_who_left_opens_nothing(bob):
    _key, text = ApiKey.objects.create_key(bob)
    bob.is_active = False
    bob.save()
    assert ApiKey.objects.find(text) is None


def test_an_unknown_key_opens_nothing():
    assert ApiKey.objects.find("bst_nothing") is None


def test_use_is_noted(bob):
    key, _text = ApiKey.objects.create_key(bob)
    ApiKey.objects.mark_used([key.digest], NOON)
    key.refresh_from_db()
    assert key.last_used_at == NOON


def test_a_key_shows_its_beginning_and_label(bob):
    key, text = ApiKey.objects.create_key(bob, "lab")
    assert str(key) == f"{text[:12]}… (lab)"
    assert str(ApiKey(prefix="bst_abc")) == "bst_abc…"
