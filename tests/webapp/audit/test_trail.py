"""The trail holds what happened, and nobody changes it: neither the code nor the database."""

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from tests.playground import NOON, PASSWORD, add_user, inspected, submission
from tests.webapp.endpoints.test_deploying import FEWER, add_version, put
from webapp.accounts.models import ApiKey, Role
from webapp.audit import origin
from webapp.audit.models import Action, AuditEvent, Entry, TrailIsAppendOnlyError
from webapp.box import canary
from webapp.endpoints.deploying import promote, rollback, withdraw
from webapp.endpoints.orders import Order
from webapp.registry.publishing import publish, record

pytestmark = pytest.mark.django_db


def event(action: Action) -> AuditEvent:
    return AuditEvent.objects.filter(action=action).latest("pk")


@pytest.fixture
def noted() -> AuditEvent:
    return AuditEvent.objects.record(Entry(action=Action.LOGGED_IN, person="bob"))


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_auditevent SET person = 'charlie'", "DELETE FROM audit_auditevent"]
)
def test_the_database_refuses_changes(noted, statement):
    with (
        pytest.raises(DatabaseError, match="The audit trail is never changed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert AuditEvent.objects.filter(pk=noted.pk, person="bob").exists()


@pytest.mark.parametrize(
    "change",
    [
        lambda event: event.save(),
        lambda event: event.delete(),
        lambda event: AuditEvent.objects.update(person="charlie"),
        lambda event: AuditEvent.objects.filter(pk=event.pk).delete(),
    ],
)
def test_the_code_refuses_changes(noted, change):
    with pytest.raises(TrailIsAppendOnlyError):
        change(noted)


def test_nobody_has_the_permission_to_change_or_delete(alice):
    assert AuditEvent._meta.default_permissions == ("view",)


def test_what_is_undone_is_not_told_of(penguins):
    version = add_version(penguins)
    with transaction.atomic():
        put(penguins, version)
        transaction.set_rollback(True)
    assert not AuditEvent.objects.filter(version=2, action=Action.DEPLOYED).exists()


def test_a_log_in_is_recorded_with_its_address(client, bob):
    client.post("/login/", {"username": "bob", "password": PASSWORD}, REMOTE_ADDR="192.0.2.7")
    noted = event(Action.LOGGED_IN)
    assert (noted.by, noted.person, noted.address) == ("bob", "bob", "192.0.2.7")


def test_a_log_in_that_fails_is_recorded(client, bob):
    client.post("/login/", {"username": "bob", "password": "wrong"}, REMOTE_ADDR="192.0.2.7")
    noted = event(Action.LOG_IN_FAILED)
    assert (noted.by, noted.person, noted.address) == ("", "bob", "192.0.2.7")


def test_a_name_that_nobody_bears_is_not_kept(client, bob):
    client.post("/login/", {"username": "my-secret-password", "password": ""})
    client.post("/login/", {"username": "my-secret-password", "password": "x"})
    assert event(Action.LOG_IN_FAILED).person == ""


def test_keys_made_and_revoked_are_recorded(as_bob, bob):
    as_bob.post("/keys/", {"label": "robot"})
    key = bob.api_keys.get()
    as_bob.post(f"/keys/{key.pk}/revoke/")
    made, revoked = event(Action.KEY_MADE), event(Action.KEY_REVOKED)
    assert (made.by, made.after) == (revoked.by, revoked.after) == ("bob", {"key": str(key)})


def test_the_use_of_a_key_is_not_recorded(bob):
    key, _text = ApiKey.objects.create_key(bob)
    before = AuditEvent.objects.count()
    ApiKey.objects.mark_used([key.digest], NOON)
    assert AuditEvent.objects.count() == before


def test_another_role_is_recorded_with_who_gave_it(as_alice, bob):
    fields = {
        "username": "bob",
        "role": "publisher",
        "is_active": "on",
        "groups": [group.pk for group in bob.groups.all()],
    }
    as_alice.post(f"/admin/accounts/user/{bob.pk}/change/", fields)
    noted = event(Action.USER_CHANGED)
    assert (noted.by, noted.person) == ("alice", "bob")
    assert (noted.before, noted.after) == ({"role": "user"}, {"role": "publisher"})


def test_what_changes_no_right_is_not_recorded(bob):
    before = AuditEvent.objects.count()
    bob.first_name = "Robert"
    bob.save()
    assert AuditEvent.objects.count() == before


def test_a_new_and_a_deleted_user_are_recorded(db):
    user = add_user("dora", Role.PUBLISHER)
    user.delete()
    assert event(Action.USER_MADE).after == {"role": "publisher"}
    assert event(Action.USER_DELETED).person == "dora"


def test_what_is_typed_at_the_machine_is_told_with_the_account_that_typed_it(bob):
    call_command("add_user", "eve", "--role", "admin", "--machine-account", "ada")
    call_command("create_key", "--user", "bob", "--label", "lab", "--machine-account", "ada")
    assert event(Action.USER_MADE).after == {"role": "admin", "system_account": "ada"}
    assert event(Action.KEY_MADE).after["system_account"] == "ada"
    add_user("later", Role.PUBLISHER)
    assert event(Action.USER_MADE).after == {"role": "publisher"}


def test_groups_are_recorded_from_both_sides(bob):
    group = Group.objects.create(name="chemists")
    bob.groups.add(group)
    assert (event(Action.ACCESS_CHANGED).person, event(Action.ACCESS_CHANGED).after) == (
        "bob",
        {"groups": ["chemists"]},
    )
    group.user_set.remove(bob)
    assert (event(Action.ACCESS_CHANGED).person, event(Action.ACCESS_CHANGED).before) == (
        "bob",
        {"groups": ["chemists"]},
    )


def test_who_may_use_an_endpoint_and_who_maintains_a_model_is_recorded(penguins, bob):
    penguins.groups.clear()
    assert (event(Action.ACCESS_CHANGED).endpoint, event(Action.ACCESS_CHANGED).before) == (
        "penguins",
        {"groups": ["*"]},
    )
    penguins.model.maintainers.add(bob)
    assert (event(Action.ACCESS_CHANGED).model, event(Action.ACCESS_CHANGED).after) == (
        "penguins",
        {"maintainers": ["bob"]},
    )


def test_publishing_and_its_outcome_are_recorded(alice, tmp_path):
    record(inspected(publish(alice, submission(tmp_path / "in"))))
    published, accepted = event(Action.PUBLISHED), event(Action.ACCEPTED)
    assert (published.by, published.model, published.version) == ("alice", "penguins", 1)
    assert (accepted.by, accepted.model, accepted.version) == ("", "penguins", 1)


def test_a_rejection_is_recorded_with_its_reason(alice, tmp_path):
    version = publish(alice, submission(tmp_path / "in"))
    record(inspected(version, manifest=None, reason="It is no model."))
    assert event(Action.REJECTED).reason == "It is no model."


def test_deployments_are_recorded_from_what_to_what(penguins, alice):
    challenger = put(penguins, add_version(penguins), "challenger", 10, reason="To compare.")
    noted = event(Action.DEPLOYED)
    assert (noted.by, noted.endpoint, noted.model, noted.version) == ("alice", "penguins", "penguins", 2)
    assert (noted.reason, noted.before, noted.after) == ("To compare.", {}, {"challenger": 2, "share": 10})
    promote(challenger, Order(version=challenger.version, by=alice), NOON)
    assert (event(Action.PROMOTED).before, event(Action.PROMOTED).after) == ({"champion": 1}, {"champion": 2})


def test_the_way_back_and_a_withdrawal_are_recorded(penguins, alice):
    put(penguins, add_version(penguins))
    rollback(penguins, alice, NOON, reason="Wrong.")
    noted = event(Action.ROLLED_BACK)
    assert (noted.reason, noted.before, noted.after) == ("Wrong.", {"champion": 2}, {"champion": 1})
    withdraw(penguins.champion, alice, NOON)
    assert event(Action.WITHDRAWN).before == {"champion": 1}


def test_an_override_is_recorded(penguins):
    put(penguins, add_version(penguins, FEWER), override=True, reason="Agreed.")
    noted = event(Action.OVERRIDDEN)
    assert noted.reason == "Agreed."
    assert "“bill_mm” is gone" in noted.after["overrode"]


@pytest.mark.parametrize(
    ("options", "more"),
    [((), {}), (("--with-results",), {"with_results": True}), (("--with-journal",), {"with_journal": True})],
)
def test_a_backup_is_told_of_with_whoever_made_it(options, more):
    call_command("note_backup", "/srv/box.backup", "ada", *options)
    told = event(Action.BOX_BACKED_UP)
    assert told.after == {"file": "/srv/box.backup", "system_account": "ada"} | more


def test_a_nightly_backup_is_told_of_once(tmp_path):
    (tmp_path / "sign").write_text("/var/backups/bastide/night.backup\n")
    for _ in range(2):
        call_command("note_nightly_backup", tmp_path / "sign")
    noted = [each.after for each in AuditEvent.objects.filter(action=Action.BOX_BACKED_UP)]
    assert noted == [{"file": "/var/backups/bastide/night.backup", "system_account": "bastide-care", "by_timer": True}]


def test_an_installation_that_was_forced_is_told_of_with_its_reason():
    call_command("note_forced", "a slow disk will do for a trial", "ada", "disk_speed", "memory")
    told = event(Action.BOX_FORCED)
    assert told.reason == "a slow disk will do for a trial"
    assert told.after == {"system_account": "ada", "checks": ["disk_speed", "memory"]}


def test_a_check_of_the_boxs_own_is_told_as_one(penguins):
    canary.end(canary.make(NOON)["key_id"])
    told = AuditEvent.objects.filter(person="alice").order_by("-pk").values_list("action", flat=True)[:2]
    assert list(told) == [Action.CHECK_KEY_ENDED, Action.CHECK_KEY_MADE]


def test_a_key_that_a_person_calls_as_a_check_does_is_told_as_theirs(as_alice, penguins):
    as_alice.post("/keys/", {"label": canary.LABEL})
    assert event(Action.KEY_MADE).by == "alice"
    with origin.own_check():
        as_alice.post("/keys/", {"label": canary.LABEL})
    assert AuditEvent.objects.filter(action=Action.KEY_MADE, by="alice").count() == 2
