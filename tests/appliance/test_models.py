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


@pytest.mark.parametrize(
    ("name", "better"), [("House Prices", "house-prices"), ("Modèle_été", "modele-ete"), ("名", "my-model")]
)
def test_a_name_that_cannot_be_is_refused_before_anything_is_sent_with_a_better_one(argv, capsys, name, better):
    assert main([*argv[:4], name, *argv[5:], "--url", "http://127.0.0.1:1"]) == 1
    said = capsys.readouterr().err
    assert f"'{name}'" in said
    assert f"try: --name {better}\n" in said


@pytest.mark.parametrize("url", ["127.0.0.1:8000", "box.example", "http://", "http://127.0.0.1:x", "ftp://box.example"])
def test_what_is_no_address_is_named(argv, capsys, monkeypatch, url):
    monkeypatch.setenv("BASTIDE_API_KEY", "bst_key")
    assert main([*argv, "--url", url]) == 1
    assert f"'{url}' is no address of a box." in capsys.readouterr().err


@pytest.mark.parametrize("key", ["clé", "bst_a\nbst_b", "bst_a bst_b"])
def test_what_is_no_key_is_told_and_never_shown(argv, capsys, monkeypatch, key):
    monkeypatch.setenv("BASTIDE_API_KEY", key)
    assert main([*argv, "--url", "http://127.0.0.1:1"]) == 1
    said = capsys.readouterr().err
    assert "The API key is none" in said
    assert key not in said


def test_an_empty_model_and_empty_reference_data_are_named(argv, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("BASTIDE_API_KEY", "bst_key")
    (tmp_path / "r.csv").touch()
    assert main([*argv, "--url", "http://127.0.0.1:1"]) == 1
    assert "r.csv is empty" in capsys.readouterr().err
    (tmp_path / "model.skops").write_bytes(b"")
    assert main([*argv, "--url", "http://127.0.0.1:1"]) == 1
    assert "model.skops is empty" in capsys.readouterr().err


def test_a_directory_without_files_is_named(argv, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("BASTIDE_API_KEY", "bst_key")
    (tmp_path / "nothing").mkdir()
    assert main(["model", "push", str(tmp_path / "nothing"), *argv[3:], "--url", "http://127.0.0.1:1"]) == 1
    assert "nothing holds no file" in capsys.readouterr().err
