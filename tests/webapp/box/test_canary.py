"""The key of one prediction."""

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.utils import timezone

from webapp.accounts.models import ApiKey
from webapp.box import canary


def made() -> dict[str, Any]:
    output = io.StringIO()
    call_command("make_canary", stdout=output)
    found: dict[str, Any] = json.loads(output.getvalue())
    return found


def test_nothing_is_made_where_nothing_is_deployed(alice):
    assert made() == {}
    assert not ApiKey.objects.exists()


def test_nothing_is_made_where_no_admin_may_log_in(alice, penguins):
    alice.is_active = False
    alice.save()
    assert made() == {}


def test_a_canary_has_what_a_client_needs(alice, penguins):
    found = made()
    assert ApiKey.objects.get(pk=found["key_id"]).user == alice
    assert ApiKey.objects.find(found["key"]) is not None
    assert found["endpoint"] == penguins.name
    assert found["row"] == penguins.champion.version.manifest.example


def test_a_canary_ends_for_good(penguins):
    found = made()
    call_command("end_canary", str(found["key_id"]))
    assert not ApiKey.objects.exists()


def test_no_other_key_is_ended(alice, penguins):
    key, _text = ApiKey.objects.create_key(alice, "notebook")
    call_command("end_canary", str(key.pk))
    assert ApiKey.objects.filter(pk=key.pk).exists()


@pytest.mark.parametrize(("minutes", "left"), [(6, False), (1, True)])
def test_what_an_ended_doctor_left_behind_goes(penguins, minutes, left):
    old = ApiKey.objects.get(pk=made()["key_id"])
    canary.make(timezone.now() + timedelta(minutes=minutes))
    assert ApiKey.objects.filter(pk=old.pk).exists() is left


def test_retention_ends_what_was_kept_for_a_time(alice, penguins, client):
    client.force_login(alice)
    session = Session.objects.get()
    session.expire_date = timezone.now() - timedelta(minutes=1)
    session.save()
    old, new = made()["key_id"], made()["key_id"]
    ApiKey.objects.filter(pk=old).update(created_at=timezone.now() - timedelta(hours=1))
    mine, _ = ApiKey.objects.create_key(alice, "my own")
    call_command("apply_retention", stdout=io.StringIO())
    assert not Session.objects.exists()
    assert set(ApiKey.objects.values_list("pk", flat=True)) == {new, mine.pk}
