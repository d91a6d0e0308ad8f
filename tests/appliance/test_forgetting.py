"""A person's rows are deleted from the terminal, those too that only an export holds still."""

import json

import pytest

from appliance import command
from appliance.cli import main

WISH = ["forget", "penguins", "--by", "key", "--value", "4711", "--user", "ada", "--reason", "case 17", "--yes"]
NOTHING = {"endpoint": "penguins", "rows": 0, "truths": 0, "first": "", "last": ""}
PROOF = {"is_complete": True, "endpoints": []}


@pytest.fixture
def wish(tmp_path):
    (tmp_path / "db.sqlite3").touch()
    return [*WISH, "--data-dir", str(tmp_path)]


def answering(monkeypatch, kept: int) -> None:
    """Let the site count no row, and that many exports and replays; it deletes what is confirmed."""
    counted = json.dumps({"endpoints": [NOTHING], "kept": kept})
    monkeypatch.setattr(
        command, "run", lambda argv, **_options: json.dumps(PROOF) if argv[-2:] == ["--confirm", "0"] else counted
    )


def test_what_may_be_left_in_exports_is_told_and_deleted(wish, monkeypatch, capsys):
    answering(monkeypatch, kept=2)
    assert main(wish) == 0
    printed = capsys.readouterr()
    assert "exports and replays that may hold some: 2." in printed.err
    assert json.loads(printed.out) == PROOF


def test_where_nothing_holds_such_rows_nothing_is_deleted(wish, monkeypatch, capsys):
    answering(monkeypatch, kept=0)
    assert main(wish) == 1
    assert "nothing was deleted" in capsys.readouterr().err
