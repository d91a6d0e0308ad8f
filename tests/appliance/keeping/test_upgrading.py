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
