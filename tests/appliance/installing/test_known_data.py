"""Data that lies on a machine already, and what a release knows of it."""

import sqlite3
from contextlib import closing

import pytest

from appliance.checks.check import Status
from appliance.errors import ApplianceError
from appliance.installing import known_data
from appliance.installing.admission import obstacles, require_none
from appliance.installing.known_data import check_data, judge_data
from appliance.paths import DataDirectory
from tests.appliance.keeping.conftest import make_database


@pytest.fixture
def database(tmp_path, monkeypatch):
    """Where the database of a box would lie, on a machine on which none is installed."""
    monkeypatch.setattr(known_data, "DATA", DataDirectory(root=tmp_path))
    monkeypatch.setattr(known_data, "CURRENT", tmp_path / "current")
    return tmp_path / "db.sqlite3"


def test_where_no_data_lies_all_is_well(database):
    assert (check_data().status, check_data().measured) == (Status.PASSED, "none")


def test_data_that_this_code_knows_is_gone_on_with(database):
    make_database(database)
    assert (check_data().status, check_data().measured) == (Status.PASSED, "known to this release")


def test_data_of_a_newer_release_is_refused_by_the_name_of_what_is_unknown(database):
    make_database(database)
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("INSERT INTO django_migrations VALUES ('registry', '9999_shade')")
    check = check_data()
    assert check.status is Status.FAILED
    assert check.measured.endswith("does not know: registry.9999_shade")
    assert "unpack the release that wrote it" in check.hint


def test_a_database_that_an_interrupted_installation_left_is_gone_on_with(database):
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
    assert check_data().status is Status.PASSED


def test_a_file_that_is_no_database_is_told_and_left_to_those_who_use_it(database):
    database.write_text("Dear box" * 100)
    assert (check_data().status, "cannot be used" in check_data().measured) == (Status.SKIPPED, True)


@pytest.mark.parametrize("is_here", [True, False])
def test_no_reason_is_good_enough_to_write_into_data_of_a_newer_release(is_here):
    check = judge_data(["registry.9999_shade"], is_installed=True)
    with pytest.raises(ApplianceError, match=r"registry\.9999_shade") as refused:
        require_none(obstacles([check], is_here=is_here), "a trial")
    assert "sudo bastide rollback" in refused.value.hint
    assert "--force" not in refused.value.hint


def test_of_many_that_are_unknown_a_few_are_named():
    check = judge_data([f"registry.{number}" for number in range(9)], is_installed=False)
    assert check.measured.endswith("registry.0, registry.1, registry.2, …")
