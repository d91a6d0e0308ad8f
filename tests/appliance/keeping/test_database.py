"""Copies of a database that others write, and the way back while they have it open."""

import sqlite3
import threading
from contextlib import closing

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
