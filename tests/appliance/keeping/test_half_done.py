"""What a command that died has left half done: written before it is begun, found afterwards, told, put back."""

import os
import sqlite3
from contextlib import closing

import pytest

from appliance import command
from appliance.care.half_done import judge_half_done
from appliance.checks.check import Status
from appliance.environment import GIVEN
from appliance.errors import ApplianceError
from appliance.installing.places import DATA
from appliance.keeping import database, mending, placed, under_way
from appliance.keeping.former import Former
from appliance.keeping.placed import Record
from appliance.paths import DataDirectory
from tests.appliance.keeping.conftest import make_database

RECORD = Record(former="1-abc", release="2-def", at="20261127T120000", is_migrated=True, enabled=("bastide-x.service",))


@pytest.fixture
def typed():
    """What was typed."""
    return []


@pytest.fixture
def kept(tmp_path, monkeypatch, typed):
    """Places of a box in a directory of the test, and programs that answer nothing."""
    for module in (placed, under_way, mending):
        monkeypatch.setattr(module, "KEPT", tmp_path / "kept")
    monkeypatch.setattr(under_way, "MARK", tmp_path / "kept/under-way.json")
    monkeypatch.setattr(command, "run", lambda argv, **_: typed.append(" ".join(argv)) or "")
    (tmp_path / "data").mkdir()
    monkeypatch.setattr(mending, "DATA", DataDirectory(root=tmp_path / "data"))
    return tmp_path / "kept"


def add_model(path):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO registry_registeredmodel VALUES (2)")
        connection.commit()


@pytest.mark.parametrize(
    "what", [RECORD, Former.of("now", {DATA.root: (DATA.root / "nowhere",)})], ids=["move", "restoration"]
)
def test_what_is_begun_is_found_until_it_ends(kept, what):
    under_way.begin(what)
    assert under_way.found() == what
    under_way.end()
    assert under_way.found() is None


def test_only_root_reads_what_is_under_way(kept):
    under_way.begin(RECORD)
    assert (kept.stat().st_mode & 0o777, under_way.MARK.stat().st_mode & 0o777) == (0o700, 0o600)


def test_who_may_not_read_it_is_handed_it_until_it_ends(kept, tmp_path, monkeypatch):
    monkeypatch.setenv(GIVEN, str(tmp_path))
    under_way.begin(RECORD)
    given = tmp_path / under_way.MARK.name
    given.write_bytes(under_way.MARK.read_bytes())
    assert under_way.found() == RECORD
    os.utime(given, (0, 0))  # long ago: a file system may tell the time coarsely
    under_way.end()
    assert under_way.found() is None


def test_a_mark_that_was_not_there_is_handed_over_as_an_empty_line(kept, tmp_path, monkeypatch):
    monkeypatch.setenv(GIVEN, str(tmp_path))
    (tmp_path / under_way.MARK.name).write_text("\n")
    assert under_way.found() is None


def test_nothing_half_done_is_nothing_to_mend_and_nobody_elses_command_is_stopped(kept, typed):
    assert not mending.mend(print)
    assert typed == []


def test_what_killed_commands_unpacked_goes(kept):
    scratch = kept.parent / "data/.restore-0123"
    scratch.mkdir()
    mending.mend(print)
    assert not scratch.exists()


def test_a_move_of_which_nothing_was_kept_has_changed_nothing(kept, typed):
    under_way.begin(RECORD)
    assert mending.mend(print)
    assert under_way.found() is None
    assert typed == ["systemctl stop command-of-bastide-*.service"]


@pytest.fixture
def migrated(kept):
    """A box whose upgrade was broken off after it changed the database."""
    path = kept.parent / "data/db.sqlite3"
    make_database(path)
    RECORD.directory.mkdir(parents=True)
    database.keep(path, RECORD.database)
    under_way.begin(RECORD)
    return path


def test_what_people_made_since_is_not_lost_without_asking(migrated):
    add_model(migrated)
    assert mending.lost(under_way.found()) == {"models": 1}
    with pytest.raises(ApplianceError, match="from release 1-abc to 2-def was broken off") as raised:
        mending.mend(print)
    assert "sudo bastide rollback" in raised.value.hint
    assert under_way.found() == RECORD


def test_what_is_lost_after_asking_is_kept(kept, migrated):
    add_model(migrated)
    assert mending.mend(print, may_lose=True)
    (given_up,) = kept.glob("*-given-up.sqlite3")
    assert database.counts(given_up)["models"] == 2


def test_a_copy_that_broke_off_is_never_put_back(tmp_path):
    (tmp_path / "db.sqlite3").write_bytes(b"SQLite format 3\0 and then nothing")
    with pytest.raises(ApplianceError):
        database.keep(tmp_path / "db.sqlite3", tmp_path / "kept.sqlite3")
    assert not (tmp_path / "kept.sqlite3").exists()


@pytest.mark.parametrize(
    ("what", "is_under_way", "status", "words"),
    [
        (None, False, Status.PASSED, "nothing is half done"),
        (RECORD, True, Status.PASSED, "a command is under way"),
        (RECORD, False, Status.FAILED, "the way from release 1-abc to 2-def was broken off"),
        (Former.of("now", {}), False, Status.FAILED, "a restoration was broken off"),
    ],
)
def test_doctor_tells_of_it(what, is_under_way, status, words):
    check = judge_half_done(what, is_under_way=is_under_way)
    assert (check.status, check.measured) == (status, words)
    assert check.hint == ("sudo bastide rollback puts back what the box was before" if status is Status.FAILED else "")


def test_nothing_is_put_back_of_what_was_not_kept(kept):
    with pytest.raises(AssertionError, match="was kept"):
        placed.put_back(RECORD)
