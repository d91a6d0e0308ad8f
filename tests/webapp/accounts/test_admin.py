"""The administration opens for admins only, and every page of it."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group

from webapp.accounts.models import ApiKey, everyone
from webapp.endpoints.models import Deployment

LISTS = [f"/admin/{model._meta.app_label}/{model._meta.model_name}/" for model in admin.site._registry]


@pytest.mark.parametrize("path", ["/admin/", *LISTS])
def test_an_admin_sees_every_list(as_alice, penguins, path):
    assert as_alice.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/admin/", *LISTS])
def test_a_user_sees_none(as_bob, path):
    assert as_bob.get(path).status_code == 302


def test_an_admin_adds_a_user_with_a_role(as_alice):
    answers = {"username": "dora", "role": "publisher", "password1": "horse-battery-1", "password2": "horse-battery-1"}
    assert as_alice.post("/admin/accounts/user/add/", answers | {"usable_password": "true"}).status_code == 302


def test_nobody_makes_a_key_for_another(as_alice):
    assert as_alice.get("/admin/accounts/apikey/add/").status_code == 403


def test_an_admin_revokes_a_key(as_alice, bob):
    key, _text = ApiKey.objects.create_key(bob)
    as_alice.post("/admin/accounts/apikey/", {"action": "revoke", "_selected_action": [key.pk]})
    key.refresh_from_db()
    assert key.is_revoked


@pytest.mark.parametrize("path", ["add/", "{pk}/delete/"])
def test_nobody_deploys_or_undoes_a_deployment_in_the_administration(as_alice, penguins, path):
    path = path.format(pk=penguins.champion.pk)
    assert as_alice.post(f"/admin/endpoints/deployment/{path}", {"post": "yes"}).status_code == 403
    assert Deployment.objects.live_champions().count() == 1


def test_a_version_cannot_be_changed(as_alice, penguins):
    path = f"/admin/registry/modelversion/{penguins.champion.version.pk}/change/"
    assert as_alice.get(path).status_code == 200
    assert as_alice.post(path, {"number": 9}).status_code == 403


def test_a_version_is_shown_line_by_line(as_alice, penguins):
    page = as_alice.get(f"/admin/registry/modelversion/{penguins.champion.version.pk}/change/").content.decode()
    assert '<pre class="json" lang="en" tabindex="0">{\n  &quot;format&quot;: &quot;skops&quot;,' in page
    assert "SHA-256 of the artifact" in page


def test_the_group_of_everyone_stays_and_others_may_go(as_alice):
    other = Group.objects.create(name="sales")
    assert as_alice.post(f"/admin/auth/group/{everyone().pk}/delete/", {"post": "yes"}).status_code == 403
    assert as_alice.post(f"/admin/auth/group/{other.pk}/delete/", {"post": "yes"}).status_code == 302
    assert [group.name for group in Group.objects.all()] == [everyone().name]


def test_the_name_of_an_endpoint_stays(as_alice, penguins):
    answers = {"name": "renamed", "title": "Penguins", "is_active": "on", "expected_per_s": "1"}
    answers |= {"hashed_features": "[]", "journal_days": "90", "journal_megabytes": "2000"}
    assert as_alice.post(f"/admin/endpoints/endpoint/{penguins.pk}/change/", answers).status_code == 302
    penguins.refresh_from_db()
    assert penguins.name == "penguins"
