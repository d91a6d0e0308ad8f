"""The trail is told of each backup, and who made it; a backup that it does not know of is an error."""

import os

import pytest

from appliance import command
from appliance.errors import ApplianceError, CommandFailed
from appliance.keeping.backup import More
from appliance.keeping.noting import note_backup


@pytest.fixture
def ran(monkeypatch) -> list[list[str]]:
    """What would have been run, by root at a terminal."""
    argvs: list[list[str]] = []
    monkeypatch.setattr(command, "run", lambda argv, **options: argvs.append(argv))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    for name in ("SUDO_USER", "INVOCATION_ID"):
        monkeypatch.delenv(name, raising=False)
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


@pytest.mark.parametrize(("by_systemd", "options"), [(True, ["--by-timer"]), (False, [])])
def test_the_timer_is_told_from_a_person_who_types_the_same(ran, tmp_path, monkeypatch, by_systemd, options):
    if by_systemd:
        monkeypatch.setenv("INVOCATION_ID", "0" * 32)
    note_backup(tmp_path / "box.backup", is_nightly=True)
    assert told(ran)[2:] == options


def test_a_backup_that_the_trail_does_not_know_of_is_an_error_and_stays(ran, tmp_path, monkeypatch):
    (tmp_path / "box.backup").touch()

    def fail(argv, **options):
        message = "database is locked"
        raise CommandFailed(message)

    monkeypatch.setattr(command, "run", fail)
    with pytest.raises(ApplianceError, match=r"is written and .* does not know of it: database is locked"):
        note_backup(tmp_path / "box.backup")
    assert (tmp_path / "box.backup").exists()
