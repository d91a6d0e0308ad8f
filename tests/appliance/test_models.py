"""`bastide model`: what it asks for before anything is sent."""

import pytest

from appliance.cli import main


@pytest.fixture
def argv(tmp_path):
    (tmp_path / "model.skops").write_bytes(b"a model")
    return [
        "model",
        "push",
        str(tmp_path / "model.skops"),
        "--name",
        "penguins",
        "--reference",
        str(tmp_path / "r.csv"),
    ]


def test_without_a_box_the_next_step_is_named(argv, tmp_path, capsys):
    assert main([*argv, "--data-dir", str(tmp_path)]) == 1
    assert "try: start it once with ./bastide up" in capsys.readouterr().err


def test_a_box_that_does_not_run_is_told(argv, tmp_path, capsys):
    (tmp_path / "db.sqlite3").touch()
    assert main([*argv, "--data-dir", str(tmp_path)]) == 1
    assert "No box runs in" in capsys.readouterr().err


def test_a_box_elsewhere_wants_a_key(argv, capsys, monkeypatch):
    monkeypatch.delenv("BASTIDE_API_KEY", raising=False)
    assert main([*argv, "--url", "http://127.0.0.1:1"]) == 1
    assert "--key-file" in capsys.readouterr().err


def test_a_key_file_that_cannot_be_read_is_named(argv, tmp_path, capsys):
    assert main([*argv, "--url", "http://127.0.0.1:1", "--key-file", str(tmp_path / "absent")]) == 1
    assert "absent cannot be read" in capsys.readouterr().err


def test_reference_data_that_is_not_there_is_named(argv, capsys, monkeypatch):
    monkeypatch.setenv("BASTIDE_API_KEY", "bst_key")
    assert main([*argv, "--url", "http://127.0.0.1:1"]) == 1
    assert "r.csv" in capsys.readouterr().err
