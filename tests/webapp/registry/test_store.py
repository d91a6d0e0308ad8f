"""The model store takes whole files that are what they were, and nothing else."""

import hashlib
import os
from pathlib import Path

import pytest

from webapp.registry.errors import FileNotKeptError
from webapp.registry.store import Inspected, ModelStore, copy_durably


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "models", tmp_path / "spool")


GRAPH = b"a graph"


def received(store: ModelStore, tmp_path: Path, *produced: str) -> Inspected:
    (tmp_path / "a").write_bytes(b"artifact")
    (tmp_path / "r").write_bytes(b"reference")
    artifact, reference = store.receive("one", tmp_path / "a", tmp_path / "r")
    return Inspected(
        digest="digest",
        inspection_id="one",
        artifact_sha256=artifact,
        reference_sha256=reference,
        produced=dict.fromkeys(produced, hashlib.sha256(GRAPH).hexdigest()),
        manifest=b"{}",
    )


def test_received_files_are_hashed(store, tmp_path):
    assert received(store, tmp_path).artifact_sha256 == hashlib.sha256(b"artifact").hexdigest()


def test_kept_files_are_copies(store, tmp_path):
    inspected = received(store, tmp_path)
    store.keep(inspected)
    (store.inbox("one") / "artifact").write_bytes(b"changed later")
    assert (store.models_dir / "digest" / "artifact").read_bytes() == b"artifact"


def test_the_group_may_read_what_is_kept_and_change_nothing(store, tmp_path):
    before = os.umask(0o007)  # as the unit of the site has it
    try:
        store.keep(received(store, tmp_path))
    finally:
        os.umask(before)
    kept = store.models_dir / "digest"
    assert kept.stat().st_mode & 0o777 == 0o750
    assert {path.stat().st_mode & 0o777 for path in kept.iterdir()} == {0o640}


def test_what_stands_there_stays(store, tmp_path):
    inspected = received(store, tmp_path)
    store.keep(inspected)
    before = (store.models_dir / "digest").stat().st_ino
    store.keep(inspected)
    assert (store.models_dir / "digest").stat().st_ino == before


@pytest.mark.parametrize(
    "name", ["../escape.txt", "/etc/passwd", "artifact", "manifest.json", ".hidden", "a/b.onnx", ""]
)
def test_a_produced_name_that_is_none_is_refused(store, tmp_path, name):
    with pytest.raises(FileNotKeptError):
        store.keep(received(store, tmp_path, name))
    assert list(store.models_dir.iterdir()) == []


def test_a_produced_file_that_is_missing_is_refused(store, tmp_path):
    with pytest.raises(FileNotKeptError, match="is not kept: No such file"):
        store.keep(received(store, tmp_path, "model.onnx"))


def test_a_link_is_not_followed(store, tmp_path):
    inspected = received(store, tmp_path, "model.onnx")
    (tmp_path / "secret-key").write_text("secret")
    (store.outbox("one") / "model.onnx").symlink_to(tmp_path / "secret-key")
    with pytest.raises(FileNotKeptError):
        store.keep(inspected)


def hard_link(made: Path, tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(GRAPH)
    made.hardlink_to(tmp_path / "other")


def linked_directory(made: Path, tmp_path: Path) -> None:
    made.parent.rename(tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / made.name).write_bytes(GRAPH)
    made.parent.symlink_to(tmp_path / "elsewhere")


def huge(made: Path, tmp_path: Path) -> None:
    with made.open("wb") as file:
        file.truncate(1 << 40)


@pytest.mark.parametrize(
    ("attack", "said"),
    [
        (hard_link, "it has a second name"),
        (linked_directory, "Not a directory"),
        (huge, "it is larger than 3,000,000 bytes"),
        (lambda made, _: made.mkdir(), "it is not a regular file"),
        (lambda made, _: os.mkfifo(made), "it is not a regular file"),
        (lambda made, _: made.write_bytes(b"another graph"), "it changed after the inspection"),
    ],
)
def test_what_an_inspection_made_is_taken_only_if_it_is_what_it_says(store, tmp_path, monkeypatch, attack, said):
    monkeypatch.setattr("webapp.registry.store.PRODUCED_BYTES_MAX", 3_000_000)
    inspected = received(store, tmp_path, "model.onnx")
    attack(store.outbox("one") / "model.onnx", tmp_path)
    with pytest.raises(FileNotKeptError, match=said):
        store.keep(inspected)
    assert list(store.models_dir.iterdir()) == []


def test_a_pipe_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FileNotKeptError, match="not a regular file"):
        copy_durably(tmp_path / "pipe", tmp_path / "copy")


def test_nothing_half_written_is_left(store, tmp_path):
    inspected = received(store, tmp_path)
    (store.inbox("one") / "reference").write_bytes(b"forged")
    with pytest.raises(FileNotKeptError, match="changed after it was published"):
        store.keep(inspected)
    assert list(store.models_dir.iterdir()) == []


def test_discarding_twice_is_no_error(store, tmp_path):
    received(store, tmp_path)
    store.discard("one")
    store.discard("one")
    assert not store.inbox("one").exists()
