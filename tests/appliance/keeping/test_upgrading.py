"""What is looked at before another release is made."""

import pytest

from appliance import command
from appliance.care import settings_file
from appliance.errors import ApplianceError
from appliance.installing import install
from appliance.keeping import placed, upgrade


@pytest.mark.parametrize(
    "line", ["BASTIDE_BACKUPS_KEPT=seven", "BASTIDE_SMTP_URL=smtp://user:hush@mail.example", "BASTIDE_NAMES=a b"]
)
def test_nothing_is_begun_where_a_setting_cannot_be_meant(tmp_path, monkeypatch, line):
    typed: list[str] = []

    def run(argv, **_):
        typed.extend(argv)
        return ""

    monkeypatch.setattr(command, "run", run)
    for module in (install, settings_file):
        monkeypatch.setattr(module, "SETTINGS", tmp_path / "bastide.env")
    text = "BASTIDE_PUBLIC_URL=https://box.example\nBASTIDE_NAMES=box.example\nBASTIDE_MAIL_FROM=box@box.example\n"
    (tmp_path / "bastide.env").write_text(f"{text}{line}\n")
    (tmp_path / "current").symlink_to("releases/0.0.1-former")
    monkeypatch.setattr(placed, "CURRENT", tmp_path / "current")
    with pytest.raises(ApplianceError, match="cannot be put to use"):
        upgrade.upgrade("0.0.2", print)
    assert typed == []


@pytest.mark.parametrize(("running", "version"), [("0.10.0", "0.9.9"), ("1.0.0", "0.10.0"), ("0.1.1", "0.1.0")])
def test_a_lower_version_is_a_downgrade_before_anything_is_made(running, version, tmp_path, monkeypatch):
    (tmp_path / "current").symlink_to(f"releases/{running}-former")
    monkeypatch.setattr(placed, "CURRENT", tmp_path / "current")
    with pytest.raises(ApplianceError, match=rf"downgrade: release {running}-former runs, .* {version}\.$") as raised:
        upgrade.upgrade(version, lambda _: None)
    assert "rollback" in raised.value.hint


def test_versions_are_compared_by_their_numbers():
    assert upgrade.numbers("0.9.10") > upgrade.numbers("0.9.9")
    assert upgrade.numbers("0.1.0") == upgrade.numbers("0.1.0")
