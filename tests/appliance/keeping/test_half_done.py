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
from appliance.keeping import database, mending, placed, snapshot, under_way
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
    for module in (placed, under_way, snapshot):
        monkeypatch.setattr(module, "KEPT", tmp_path / "kept")
    monkeypatch.setattr(under_way, "MARK", tmp_path / "kept/under-way.json")
    monkeypatch.setattr(command, "run", lambda argv, **_: typed.append(" ".join(argv)) or "")
    (tmp_path / "data").mkdir()
    for module in (mending, snapshot):
        monkeypatch.setattr(module, "DATA", DataDirectory(root=tmp_path / "data"))
    return tmp_path / "kept"


def migrate(path):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("ALTER TABLE registry_registeredmodel ADD COLUMN shade TEXT")
        connection.execute("INSERT INTO django_migrations VALUES ('registry', '0002_shade')")
        connection.commit()


def add_model(path):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO registry_registeredmodel (id) VALUES (2)")
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
def snapped(kept):
    """A box of whose database a copy was kept, before an upgrade that changes it."""
    path = kept.parent / "data/db.sqlite3"
    make_database(path)
    RECORD.directory.mkdir(parents=True)
    database.keep(path, RECORD.database)
    return path


@pytest.fixture
def migrated(snapped):
    """A box whose upgrade was broken off after it changed the database."""
    under_way.begin(RECORD)
    migrate(snapped)
    return snapped


def test_what_people_made_since_is_not_lost_without_asking(migrated):
    add_model(migrated)
    assert mending.lost(under_way.found()) == {"models": 1}
    with pytest.raises(ApplianceError, match="from release 1-abc to 2-def was broken off") as raised:
        mending.mend(print)
    assert "sudo bastide rollback" in raised.value.hint
    assert under_way.found() == RECORD


def test_what_is_lost_by_going_back_is_kept_and_told(kept, migrated):
    add_model(migrated)
    said: list[str] = []
    snapshot.put_back(RECORD, said.append)
    (given_up,) = kept.glob("*-given-up.sqlite3")
    assert said == [f"  The database goes back; the one of now, with 1 models more, is kept in {given_up}"]
    assert (database.counts(given_up)["models"], database.counts(migrated)["models"]) == (2, 1)
    assert database.migrations(migrated) == ("registry.0001_initial",)


def test_where_nobody_has_worked_since_nothing_is_kept(kept, migrated):
    snapshot.put_back(RECORD, pytest.fail)
    assert database.migrations(migrated) == ("registry.0001_initial",)
    assert not list(kept.glob("*-given-up.sqlite3"))


@pytest.fixture
def unchanged(snapped):
    """A box whose upgrade ended before it changed the database, while people went on."""
    add_model(snapped)
    return snapped


def test_a_database_that_was_not_changed_does_not_go_back(kept, unchanged):
    assert mending.lost(RECORD) == {}
    snapshot.put_back(RECORD, pytest.fail)
    assert database.counts(unchanged)["models"] == 2


def test_a_database_that_nobody_can_read_goes_back_uncounted(kept, unchanged):
    with closing(sqlite3.connect(unchanged)) as connection:
        connection.execute("DROP TABLE django_migrations")
        connection.execute("PRAGMA writable_schema=ON")
        connection.execute("UPDATE sqlite_master SET sql = 'nonsense' WHERE name = 'jobs_batchjob'")
        connection.commit()
    said: list[str] = []
    snapshot.put_back(RECORD, said.append)
    assert "cannot be told" in said[0]
    assert database.form(unchanged) == database.form(RECORD.database)


def test_tables_that_changed_go_back_although_no_migration_says_that_it_ended(kept, unchanged):
    with closing(sqlite3.connect(unchanged)) as connection:
        connection.execute("CREATE INDEX half ON registry_registeredmodel (id)")
    snapshot.put_back(RECORD, lambda _: None)
    assert database.form(unchanged) == database.form(RECORD.database)


def test_what_is_made_on_the_way_back_to_a_former_release_is_counted_from_the_database_put_there(kept, migrated):
    """Of the one that was given up there may be more rows of everything."""
    RECORD.write()
    add_model(migrated)
    back = Record(former="2-def", release="1-abc", at="20261127T130000", is_migrated=True, enabled=())
    back.directory.mkdir()
    database.keep(migrated, back.database)
    database.put_back(RECORD.database, migrated)
    assert snapshot.lost(back) == {}
    add_model(migrated)
    assert snapshot.lost(back) == {"models": 1}


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
