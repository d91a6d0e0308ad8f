"""What holds on every page: languages, security headers, refusals, static files."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.template.loader import render_to_string

FILES = {"month_file.html"}
"""No pages: each is handed to another server as one file, which has to hold its own style."""

TEMPLATES = sorted(
    path for path in (Path(__file__).parents[2] / "webapp" / "templates").rglob("*.html") if path.name not in FILES
)


def test_the_policy_allows_nothing_inline_and_nothing_foreign(client, db):
    policy = client.get("/login/")["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_template_has_inline_scripts_styles_or_foreign_addresses(template):
    text = template.read_text()
    assert not re.search(r"\sstyle=|<style|\son\w+=|<script(?![^>]*\ssrc=)|https?://", text)


def test_pages_are_not_framed_and_not_sniffed(client, db):
    response = client.get("/login/")
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(("wanted", "lang"), [("fr", "fr"), ("fr-CH, fr;q=0.9", "fr"), ("de", "en"), ("en", "en")])
def test_the_browsers_language_counts(client, db, wanted, lang):
    assert f'<html lang="{lang}"' in client.get("/login/", headers={"Accept-Language": wanted}).content.decode()


def test_the_switch_counts_more(client, db):
    response = client.post("/language/", {"language": "fr", "next": "/login/"})
    assert response["Location"] == "/login/"
    assert "Se connecter" in client.get("/login/", headers={"Accept-Language": "en"}).content.decode()


def test_what_is_absent_is_a_page_that_leads_on(as_bob):
    response = as_bob.get("/nothing/")
    assert response.status_code == 404
    assert 'href="/"' in response.content.decode()


def test_the_page_of_a_failure_needs_neither_database_nor_request():
    assert "nothing else is lost" in render_to_string("500.html", {"title": "The box failed to answer"})


def test_a_failure_is_a_calm_page(client, bob, monkeypatch):
    client.raise_request_exception = False
    client.force_login(bob, "django.contrib.auth.backends.ModelBackend")
    monkeypatch.setattr("webapp.endpoints.views.inference_answers", _fail)
    response = client.get("/")
    assert response.status_code == 500
    assert "The box failed to answer" in response.content.decode()


def _fail() -> bool:
    message = "on purpose"
    raise RuntimeError(message)


@pytest.mark.parametrize("host", ["elsewhere.example", "127.0.0.1.elsewhere.example"])
def test_another_host_is_refused_and_told_the_name(client, db, host, settings):
    response = client.get("/login/", headers={"Host": host})
    assert response.status_code == 400
    page = response.content.decode()
    assert f"This box is not known as “{host}”." in page
    assert f"Ask for it as {settings.PUBLIC_URL}." in page


def test_another_host_is_told_in_the_persons_language(client, db):
    headers = {"Host": "elsewhere.example", "Accept-Language": "fr"}
    assert "ne répond pas au nom de «" in client.get("/login/", headers=headers).content.decode()


def test_a_program_that_asks_another_host_is_told_in_the_one_shape(client, db, settings):
    response = client.get("/api/v1/endpoints", headers={"Host": "elsewhere.example"})
    assert response.status_code == 400
    assert response.json() == {
        "error": "This box is not known as “elsewhere.example”.",
        "code": "invalid_input",
        "hint": f"Ask for it as {settings.PUBLIC_URL}.",
        "rows": [],
    }


def test_a_host_that_is_a_script_is_text(client, db):
    page = client.get("/login/", headers={"Host": "<script>alert(1)</script>"}).content.decode()
    assert "&lt;script&gt;alert(1)" in page


def test_what_is_suspicious_otherwise_is_not_called_a_name(client, db, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 1
    response = client.post("/login/", {"username": "a", "password": "b", "next": "c"})
    assert response.status_code == 400
    assert "does not understand" in response.content.decode()


@pytest.mark.parametrize(
    "name", ["bastide.css", "bastide.svg", "copy.js", "box.js", "administration.css", "vendor/tabler/tabler.min.css"]
)
def test_every_asset_is_on_the_box(name):
    path = finders.find(name)
    assert path is not None
    assert not re.search(r"(@import|url\()\s*[\"']?https?:", Path(path).read_text())


def test_static_files_are_sent_whole(client, db, settings, tmp_path):
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "a.css").write_text("a {}")
    settings.STATIC_ROOT = str(tmp_path / "static")
    response = client.get("/static/a.css")
    assert (response.status_code, response.content) == (200, b"a {}")
    assert response["Content-Type"] == 'text/css; charset="utf-8"'
    etag = response.headers.get("ETag")
    assert client.get("/static/a.css", headers={"If-None-Match": etag or "", "Range": "bytes=0-0"}).status_code in {
        206,
        304,
    }


def test_a_box_behind_tls_passes_djangos_own_checks(tmp_path):
    environment = {**os.environ, "BASTIDE_DATA_DIR": str(tmp_path), "BASTIDE_PUBLIC_URL": "https://box.example"}
    environment["DJANGO_SETTINGS_MODULE"] = "webapp.settings"
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2]
    )
    assert done.returncode == 0, done.stderr


def test_no_migration_is_missing(db):
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)
