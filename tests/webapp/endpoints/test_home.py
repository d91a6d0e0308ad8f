"""The home page."""

import pytest

from webapp.accounts.models import User
from webapp.endpoints import views
from webapp.endpoints.models import Endpoint


@pytest.fixture
def computing(monkeypatch):
    monkeypatch.setattr(views, "inference_answers", lambda: True)


def test_home_lists_what_one_may_ask(as_bob, penguins, computing):
    page = as_bob.get("/").content.decode()
    assert "You may ask 1 model; it answers." in page
    assert 'href="/endpoints/penguins/"' in page
    assert "Predicts species: Adelie or Gentoo." in page
    assert "Answers; version 1 since 17 November 2025." in page


def test_a_stranger_sees_the_next_step_instead(as_charlie, penguins):
    page = as_charlie.get("/").content.decode()
    assert "Penguins" not in page
    assert "No endpoint is open to you yet." in page


def test_who_may_publish_is_told_to(as_alice, as_charlie):
    assert 'href="/models/publish/"' in as_alice.get("/").content.decode()
    assert 'href="/models/publish/"' not in as_charlie.get("/").content.decode()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_first_administrator_is_told_to_choose_a_password(client, as_bob, settings, language):
    (settings.DATA_DIR / "admin-password").write_text("abcd")
    first = User.objects.create_superuser("admin", password="abcd")
    client.force_login(first)
    client.cookies["django_language"] = language
    told = {"en": "Choose your own</a>", "fr": "Choisissez le vôtre</a>"}[language]
    assert f'<a href="/password/">{told}' in client.get("/").content.decode()
    assert '/password/">C' not in as_bob.get("/").content.decode()
    (settings.DATA_DIR / "admin-password").unlink()
    assert told not in client.get("/").content.decode()


def test_home_says_when_nobody_computes(as_bob, penguins):
    page = as_bob.get("/").content.decode()
    assert "No model answers at the moment" in page
    assert "nothing computes at present" in page


def test_home_says_when_nothing_is_deployed(as_alice, computing):
    Endpoint.objects.create(name="empty", title="Empty")
    assert "No version is deployed yet" in as_alice.get("/").content.decode()


def test_home_speaks_french(as_bob, penguins, computing):
    page = as_bob.get("/", headers={"Accept-Language": "fr"}).content.decode()
    assert '<html lang="fr">' in page
    assert "Vous pouvez interroger 1 modèle ; il répond." in page.replace("\N{NO-BREAK SPACE}", " ")


def test_administration_is_linked_for_admins_only(as_alice, as_bob, penguins):
    assert 'href="/admin/"' in as_alice.get("/").content.decode()
    assert 'href="/admin/"' not in as_bob.get("/").content.decode()
