"""Doctor says what is wrong with a setting, and looks at all the rest as well."""

from datetime import UTC, datetime

import pytest

from appliance import command
from appliance.care import doctor, settings_file
from appliance.checks.check import Status
from appliance.environment import SECRETS
from appliance.installing import settings
from appliance.keeping import nightly
from appliance.paths import DataDirectory

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
GOOD = "BASTIDE_PUBLIC_URL=https://box.example\nBASTIDE_NAMES=box.example\n"
ODD = ("seven", "", "-1", "²", "\x00", "a b//", "9" * 400)


@pytest.fixture
def said(tmp_path, monkeypatch):
    """Return what puts a line into the settings of a box that is not there, whose programs say nothing."""
    path = tmp_path / "bastide.env"
    monkeypatch.setattr(settings.read, "__defaults__", (path,))
    monkeypatch.setattr(settings_file, "SETTINGS", path)
    monkeypatch.setattr(doctor, "DATA", DataDirectory(root=tmp_path))
    monkeypatch.setattr(command, "run", lambda argv, **_: "")
    return lambda line: path.write_text(f"{GOOD}{line}\n")


@pytest.mark.parametrize("name", settings_file.KNOWN)
@pytest.mark.parametrize("value", ODD)
def test_a_setting_that_is_spoilt_is_a_finding_and_not_the_end(said, name, value):
    said(f"{name}={value}")
    found = {check.id: check for check in doctor.look(NOW, is_typed=False)}
    assert {"backups", "connections", "releases"} <= found.keys()
    assert found.get(f"setting_{name.lower()}", found.get("settings")) is not None


def test_a_box_that_was_installed_by_half_has_one_finding_and_no_place_for_it(said, monkeypatch, tmp_path):
    said("")
    monkeypatch.setattr(command, "run", lambda argv, **_: "Id=bastide.target\nLoadState=not-found\n")
    monkeypatch.setattr(doctor, "FINDINGS", tmp_path / "run/findings.json")
    found = doctor.look(NOW, is_typed=True)
    assert [check.id for check in found] == ["installation"]
    doctor.record(found, NOW)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("name", sorted(settings_file.KNOWN.keys() - SECRETS))
def test_a_word_that_no_setting_means_is_named(said, name):
    said(f"{name}=//")
    found = {check.id: check for check in doctor.look(NOW, is_typed=False)}
    assert found[f"setting_{name.lower()}"].status is Status.FAILED


@pytest.mark.parametrize(("line", "count"), [("", 7), ("BASTIDE_BACKUPS_KEPT=0", 0), ("BASTIDE_BACKUPS_KEPT=12", 12)])
def test_the_settings_say_how_many_backups_are_kept(said, line, count):
    said(line)
    assert nightly.kept_count() == count


def test_a_box_goes_on_being_backed_up_where_the_setting_cannot_be_meant(said):
    said("BASTIDE_BACKUPS_KEPT=seven")
    assert nightly.kept_count() == 7


@pytest.mark.parametrize(
    ("line", "cores", "counts"),
    [("", 8, (2, 2, 8)), ("", 1, (1, 1, 1)), ("BASTIDE_INFERENCE_PROCESSES=5", 2, (1, 5, 2))],
)
def test_a_box_has_as_many_processes_as_its_settings_or_its_cores_say(said, line, cores, counts):
    said(line)
    found = settings.Sizing.of_machine(("box.example",), cores)
    assert (found.web, found.inference, found.batch) == counts
