"""Copies of a database that others write, and the way back while they have it open."""

import os
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from appliance.errors import ApplianceError
from appliance.keeping import database
from tests.appliance.keeping.conftest import DIGEST, make_database


@pytest.fixture
def path(tmp_path):
    make_database(tmp_path / "db.sqlite3")
    return tmp_path / "db.sqlite3"


def test_what_is_no_database_is_told(tmp_path):
    (tmp_path / "letter").write_text("Dear box" * 100)
    with pytest.raises(ApplianceError, match="cannot be used"):
        database.copy(tmp_path / "letter", tmp_path / "copy")


def test_a_copy_is_whole_while_others_write(path, tmp_path):
    ended = threading.Event()

    def write():
        with closing(sqlite3.connect(path, timeout=20)) as connection:
            while not ended.is_set():
                with connection:
                    connection.execute("INSERT INTO registry_registeredmodel VALUES (1)")
                    connection.execute("INSERT INTO registry_modelversion VALUES ('', 'deleted')")

    thread = threading.Thread(target=write)
    thread.start()
    for number in range(5):
        database.copy(path, tmp_path / f"copy{number}")
        found = database.counts(tmp_path / f"copy{number}")
        assert found["models"] == found["versions"]
    ended.set()
    thread.join()


def test_what_the_box_did_to_check_itself_is_no_work_of_people(path, tmp_path):
    database.copy(path, tmp_path / "kept")
    with closing(sqlite3.connect(path)) as connection:
        connection.executemany(
            "INSERT INTO audit_auditevent VALUES (?)", [("check_key_made",), ("check_key_ended",), ("key_made",)]
        )
        connection.commit()
    assert database.more(path, tmp_path / "kept") == {"entries of the audit trail": 1}


def test_it_is_put_back_under_those_who_have_it_open(path, tmp_path):
    database.copy(path, tmp_path / "kept")
    with closing(sqlite3.connect(path)) as reader:
        reader.execute("INSERT INTO registry_registeredmodel VALUES (2)")
        reader.commit()
        database.put_back(tmp_path / "kept", path)
        assert reader.execute("SELECT count(*) FROM registry_registeredmodel").fetchone() == (1,)
        assert reader.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_deleted_and_rejected_versions_need_no_files(path):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO registry_modelversion VALUES ('gone', 'deleted'), ('bad', 'rejected')")
        connection.commit()
    assert database.digests(path) == (DIGEST,)


def test_only_ended_jobs_have_results(path):
    assert database.ended_jobs(path) == ("ended",)


def test_counts_read_as_a_sentence():
    assert database.sentence({"models": 3, "versions": 1200}) == "3 models, 1,200 versions"
    assert database.sentence({}) == "nothing"


def test_tables_that_a_release_has_not_are_not_counted(path):
    assert "accounts" not in database.counts(path)


COMES_LATER = """
import sqlite3, sys, time
time.sleep(1)
sqlite3.connect(sys.argv[1]).execute("SELECT * FROM sqlite_master").fetchall()
sys.stdin.read()
"""


def tables(path):
    with closing(sqlite3.connect(path)) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}


@contextmanager
def as_nobody() -> Iterator[None]:
    """Be somebody who may read and not write, as the nightly backup is."""
    os.seteuid(65_534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def others(tmp_path):
    """A database in write-ahead mode that is somebody else's, and a place for the copy."""
    with tempfile.TemporaryDirectory() as directory:
        Path(directory).chmod(0o755)
        source, place = Path(directory) / "db.sqlite3", Path(directory) / "mine"
        make_database(source)
        with closing(sqlite3.connect(source)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
        place.mkdir()
        os.chown(place, 65_534, 65_534)
        yield source, place / "copy"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may be somebody else")
def test_one_that_nobody_has_open_is_copied_by_who_may_only_read(others):
    source, target = others
    with as_nobody():
        database.copy(source, target)
    assert database.counts(target) == database.counts(source)
    assert sorted(path.name for path in target.parent.iterdir()) == ["copy"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may be somebody else")
def test_one_that_lost_its_power_is_copied_once_somebody_has_opened_it(others):
    source, target = others
    connection = sqlite3.connect(source)
    connection.execute("CREATE TABLE late (x)")
    log = source.with_name("db.sqlite3-wal")
    kept = log.read_bytes()
    connection.close()
    log.write_bytes(kept)  # the log is there, and the index of it is not
    argv = [sys.executable, "-c", COMES_LATER, str(source)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE) as somebody, as_nobody():
        database.copy(source, target)
        assert somebody.stdin is not None
        somebody.stdin.close()
    assert "late" in tables(target)
