"""Pages about one's own account."""

import pytest
from django.test import Client

from tests.playground import NOON, PASSWORD, add_user
from webapp.accounts.models import ApiKey

pytestmark = pytest.mark.django_db

PAGES = ["/", "/keys/", "/keys/1/revoke/", "/password/", "/box/", "/box/now.json", "/api/", "/endpoints/penguins/"]


@pytest.mark.parametrize("path", PAGES)
def test_whoever_is_not_logged_in_is_asked_to(client, path):
    response = client.get(path)
    assert response.status_code == 302
    assert response["Location"].startswith("/login/?next=")


def test_one_logs_in(client, bob):
    response = client.post("/login/?next=/box/", {"username": "bob", "password": PASSWORD, "next": "/box/"})
    assert response["Location"] == "/box/"


def test_a_wrong_password_is_told_and_the_name_stays(client, bob):
    response = client.post("/login/", {"username": "bob", "password": "wrong"})
    assert b"note-error" in response.content
    assert b'value="bob"' in response.content


def test_next_never_leads_away(client, bob):
    response = client.post("/login/", {"username": "bob", "password": PASSWORD, "next": "https://elsewhere.example/"})
    assert response["Location"] == "/"


def test_too_many_wrong_passwords_lock_the_name_and_say_so(client, bob):
    for _attempt in range(8):
        client.post("/login/", {"username": "bob", "password": "wrong"})
    response = client.post("/login/", {"username": "bob", "password": PASSWORD})
    assert response.status_code == 429
    assert "Too many attempts" in response.content.decode()


def test_a_lock_does_not_touch_others(client, bob):
    add_user("dora")
    for _attempt in range(8):
        client.post("/login/", {"username": "bob", "password": "wrong"})
    assert client.post("/login/", {"username": "dora", "password": PASSWORD}).status_code == 302


def test_one_logs_out(as_bob):
    assert as_bob.post("/logout/")["Location"] == "/login/"
    assert as_bob.get("/").status_code == 302


def test_a_form_from_elsewhere_is_refused(bob):
    client = Client(enforce_csrf_checks=True)
    client.force_login(bob, "django.contrib.auth.backends.ModelBackend")
    response = client.post("/keys/", {"label": "stolen"})
    assert response.status_code == 403
    assert "too old to be sent" in response.content.decode()
    assert not ApiKey.objects.exists()


def test_one_changes_the_password_and_stays(as_bob, bob):
    new = "another-horse-battery"
    answers = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert as_bob.post("/password/", answers)["Location"] == "/"
    bob.refresh_from_db()
    assert bob.check_password(new)
    assert as_bob.get("/").status_code == 200


def test_a_changed_password_ends_the_lock_of_its_user_alone(client, bob, as_alice, alice):
    for _attempt in range(8):
        client.post("/login/", {"username": "bob", "password": "wrong"})
        client.post("/login/", {"username": "alice", "password": "wrong"})
    new = "another-horse-battery"
    answers = {"password1": new, "password2": new, "usable_password": "true", "set-password": "1"}
    assert as_alice.post(f"/admin/accounts/user/{bob.pk}/password/", answers).status_code == 302
    assert client.post("/login/", {"username": "alice", "password": PASSWORD}).status_code == 429
    assert client.post("/login/", {"username": "bob", "password": new}).status_code == 302


@pytest.mark.parametrize(("name", "is_gone"), [("admin", True), ("dora", False)])
def test_the_file_of_the_first_password_goes_when_its_user_changes_it(client, settings, name, is_gone):
    file = settings.DATA_DIR / "admin-password"
    file.write_text("first")
    user = add_user(name)
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    assert file.exists()
    new = "another-horse-battery"
    client.post("/password/", {"old_password": PASSWORD, "new_password1": new, "new_password2": new})
    assert file.exists() is not is_gone


def test_a_short_password_is_refused(as_bob, bob):
    answers = {"old_password": PASSWORD, "new_password1": "short", "new_password2": "short"}
    assert "at least 10" in as_bob.post("/password/", answers).content.decode()
    bob.refresh_from_db()
    assert bob.check_password(PASSWORD)


def test_a_new_key_is_shown_once(as_bob, bob):
    page = as_bob.post("/keys/", {"label": "lab"}, follow=True).content.decode()
    key = bob.api_keys.get()
    text = page.partition('<code id="code-key">')[2].partition("<")[0]
    found = ApiKey.objects.find(text)
    assert found == key
    assert text not in as_bob.get("/keys/").content.decode()


def test_loading_the_page_of_a_new_key_again_makes_no_other(as_bob, bob):
    assert as_bob.post("/keys/", {"label": "lab"})["Location"] == "/keys/"
    assert "Your new key" in as_bob.get("/keys/").content.decode()
    assert "Your new key" not in as_bob.get("/keys/").content.decode()
    assert bob.api_keys.count() == 1
    assert not any("key" in name for name in as_bob.session.keys())  # noqa: SIM118  # a session is no mapping


def test_a_page_with_a_key_is_not_cached(as_bob):
    assert "no-store" in as_bob.post("/keys/", {"label": "lab"}, follow=True)["Cache-Control"]


def test_a_key_needs_a_label(as_bob, bob):
    assert "field-problem" in as_bob.post("/keys/", {"label": ""}).content.decode()
    assert not bob.api_keys.exists()


def test_one_sees_only_ones_own_keys(as_bob, alice):
    key, _text = ApiKey.objects.create_key(alice, "of alice")
    assert "of alice" not in as_bob.get("/keys/").content.decode()
    assert as_bob.get(f"/keys/{key.pk}/revoke/").status_code == 404
    assert as_bob.post(f"/keys/{key.pk}/revoke/").status_code == 404


def test_revoking_asks_first(as_bob, bob):
    key, _text = ApiKey.objects.create_key(bob, "lab")
    assert "Revoke the key “lab”?" in as_bob.get(f"/keys/{key.pk}/revoke/").content.decode()
    key.refresh_from_db()
    assert not key.is_revoked


def test_one_revokes_a_key(as_bob, bob):
    key, _text = ApiKey.objects.create_key(bob, "lab")
    assert "is revoked" in as_bob.post(f"/keys/{key.pk}/revoke/", follow=True).content.decode()
    key.refresh_from_db()
    assert key.is_revoked


def test_a_revoked_key_is_gone_from_the_page(as_bob, bob):
    key, _text = ApiKey.objects.create_key(bob, "lab")
    key.revoke(NOON)
    assert as_bob.get(f"/keys/{key.pk}/revoke/").status_code == 404


def test_the_theme_is_kept_in_a_cookie(client):
    response = client.post("/theme/", {"theme": "dark", "next": "/login/"})
    assert response["Location"] == "/login/"
    assert 'data-bs-theme="dark"' in client.get("/login/").content.decode()


def test_the_theme_of_the_system_is_the_absence_of_a_choice(client):
    client.post("/theme/", {"theme": "dark"})
    client.post("/theme/", {"theme": "auto"})
    assert "data-bs-theme" not in client.get("/login/").content.decode()


def test_a_theme_that_is_none_is_as_no_choice(client):
    client.cookies["theme"] = '"><script>'
    assert "data-bs-theme" not in client.get("/login/").content.decode()


def test_the_theme_never_leads_away(as_bob):
    assert as_bob.post("/theme/", {"theme": "dark", "next": "https://elsewhere.example/"})["Location"] == "/"
