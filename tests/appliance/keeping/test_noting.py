"""The trail is told of each backup, and who made it; a backup that it does not know of is an error."""

import os

import pytest

from appliance import command
from appliance.errors import ApplianceError, CommandFailed
from appliance.keeping import noting
from appliance.keeping.backup import More
from appliance.keeping.noting import note_backup, note_nightly


@pytest.fixture
def ran(monkeypatch) -> list[list[str]]:
    """What would have been run, by root at a terminal."""
    argvs: list[list[str]] = []
    monkeypatch.setattr(command, "run", lambda argv, **options: argvs.append(argv))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.delenv("SUDO_USER", raising=False)
    return argvs


def told(ran: list[list[str]]) -> list[str]:
    (argv,) = ran
    return argv[argv.index("note_backup") + 1 :]


def test_the_trail_is_told_what_a_backup_holds(ran, tmp_path):
    note_backup(tmp_path / "box.backup", more=More(journal=True))
    assert told(ran) == [str(tmp_path / "box.backup"), "root", "--with-journal"]


def test_whoever_became_root_is_named(ran, tmp_path, monkeypatch):
    monkeypatch.setenv("SUDO_USER", "ada")
    note_backup(tmp_path / "box.backup")
    assert told(ran)[1] == "ada"


def test_a_nightly_one_that_root_types_is_roots(ran, tmp_path):
    note_nightly(tmp_path / "night.backup")
    assert told(ran) == [str(tmp_path / "night.backup"), "root"]


def test_who_is_not_root_leaves_a_sign_of_the_nightly_one(ran, tmp_path, monkeypatch):
    monkeypatch.setattr(noting, "NIGHTLY", tmp_path / "sign")
    monkeypatch.setattr(os, "geteuid", lambda: 12_345)
    note_nightly(tmp_path / "night.backup")
    assert (ran, (tmp_path / "sign").read_text()) == ([], f"{tmp_path}/night.backup\n")
    assert (tmp_path / "sign").stat().st_mode & 0o777 == 0o640


def test_a_backup_that_the_trail_does_not_know_of_is_an_error_and_stays(ran, tmp_path, monkeypatch):
    (tmp_path / "box.backup").touch()

    def fail(argv, **options):
        message = "database is locked"
        raise CommandFailed(message)

    monkeypatch.setattr(command, "run", fail)
    with pytest.raises(ApplianceError, match=r"is written and .* does not know of it: database is locked"):
        note_backup(tmp_path / "box.backup")
    assert (tmp_path / "box.backup").exists()
