"""What was set is taken up by an installation, although no step of it changed anything."""

import os

import pytest

from appliance.installing import settings, units
from appliance.paths import ROOT

TELLING = ("tutorial/install", "how-to/look-after-the-box")


@pytest.mark.parametrize(
    ("told", "oldest_s"),
    [("@1795766025\n\n@1795766020\n", 1795766020.0), ("\n@0\n", 7.0), ("", 7.0)],
)
def test_the_service_that_has_run_longest_counts(told, oldest_s):
    assert units.oldest_s(told, 7.0) == oldest_s


def test_a_secret_that_was_set_counts_as_a_setting(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "SETTINGS", tmp_path / "bastide.env")
    monkeypatch.setattr(settings, "CREDENTIALS", tmp_path / "credentials")
    (tmp_path / "credentials").mkdir()
    for name, at_s in (("bastide.env", 10), ("credentials/smtp-url", 20)):
        (tmp_path / name).write_text("")
        os.utime(tmp_path / name, (at_s, at_s))
    assert settings.written_at_s() == 20


@pytest.mark.parametrize("page", [f"{name}{language}.md" for name in TELLING for language in ("", ".fr")])
def test_who_changes_a_setting_is_told_to_install_wherever_it_is_said(page):
    for text in (settings.HEADER, (ROOT / "docs" / page).read_text()):
        assert "sudo bastide install" in text
        assert "restart bastide.target" not in text
