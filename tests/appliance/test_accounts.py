"""Accounts and keys from the terminal."""

import os

import pytest

from appliance import accounts, command, lock
from appliance.cli import main
from appliance.paths import DataDirectory


@pytest.fixture
def ran(monkeypatch) -> list[list[str]]:
    """What would have been run by somebody who became root."""
    argvs: list[list[str]] = []

    def run(argv: list[str], **_options: object) -> str:
        argvs.append(argv)
        return "word\n"

    monkeypatch.setattr(command, "run", run)
    monkeypatch.setenv("SUDO_USER", "ada")
    return argvs


@pytest.fixture
def data(tmp_path) -> DataDirectory:
    (tmp_path / "db.sqlite3").touch()
    return DataDirectory(root=tmp_path)


def test_the_trail_is_told_in_whose_terminal_an_account_was_made(data, ran):
    assert accounts.add_user(data, "eve", "admin") == "word"
    assert ran[0][-2:] == ["--machine-account", "ada"]


def test_the_trail_is_told_in_whose_terminal_a_key_was_made(data, ran):
    assert accounts.create_key(data, "eve", "notebook") == "word"
    assert ran[0][-2:] == ["--machine-account", "ada"]


def test_who_did_not_become_root_is_known_by_the_process(data, ran, monkeypatch):
    monkeypatch.delenv("SUDO_USER")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    accounts.add_user(data, "eve", "admin")
    assert ran[0][-1] == "root"


def test_the_password_stands_alone_and_beside_it_where_it_serves(data, ran, capsys):
    data.make()
    with lock.held(data, "http://127.0.0.1:8123"):
        assert main(["user", "add", "eve", "--role", "user", "--data-dir", str(data.root)]) == 0
    printed = capsys.readouterr()
    assert printed.out == "word\n"
    assert printed.err.startswith("eve logs in at http://127.0.0.1:8123 with this password")


def test_of_a_box_that_does_not_run_no_address_is_told(data):
    assert accounts.first_log_in(data, "eve").startswith("eve logs in with this password")
