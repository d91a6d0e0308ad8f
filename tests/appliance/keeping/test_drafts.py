"""What killed backups left goes before the next one asks for room; nothing else does."""

import os
import tempfile
from pathlib import Path

import pytest

from appliance.errors import ApplianceError
from appliance.keeping import room
from appliance.keeping.backup import back_up
from appliance.keeping.drafts import clear_left, draft_of

STAMPED = "bastide-20261127T020000Z.backup"


@pytest.fixture
def share(tmp_path):
    """Where backups are written."""
    directory = tmp_path / "share"
    directory.mkdir()
    return directory


def test_drafts_and_copies_that_were_left_go_before_room_is_asked_for(box, share, monkeypatch):
    monkeypatch.setattr(room, "RESERVE_BYTES", 1 << 60)
    left = [draft_of(share / name) for name in (STAMPED, "typed")]
    for path in left:
        path.write_bytes(b"half")
    copies = [share / ".bastide-0a_zq81m", box.scratch / "bastide-backup-x1"]
    for path in copies:
        path.mkdir()
        (path / "db.sqlite3").write_bytes(b"copy")
    said: list[str] = []
    with pytest.raises(ApplianceError, match="MiB free"):
        back_up(box, share / "typed", said.append)
    assert [path for path in (*left, *copies) if path.exists()] == []
    assert len([line for line in said if "left by a backup that was broken off" in line]) == len([*left, *copies])


@pytest.mark.parametrize(
    "name",
    [
        STAMPED,
        f".{STAMPED}",
        f"{STAMPED}.0123456789ab",
        f".{STAMPED}.0123456789ab.txt",
        ".letter.0123456789ab",
        "typed",
    ],
)
def test_what_is_not_surely_a_draft_stays(share, tmp_path, name):
    (share / name).write_text("an admin's own")
    clear_left(share / "another", tmp_path, pytest.fail)
    assert (share / name).exists()


def test_a_directory_with_anything_else_in_it_stays(share, tmp_path):
    (share / ".bastide-01234567").mkdir()
    (share / ".bastide-01234567/letter").touch()
    clear_left(share / "another", tmp_path, pytest.fail)
    assert (share / ".bastide-01234567/letter").exists()


def test_a_link_is_nobodys_draft(share, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    for path in (draft_of(share / STAMPED), tmp_path / "bastide-backup-link"):
        path.symlink_to(tmp_path / "elsewhere")
        clear_left(share / STAMPED, tmp_path, pytest.fail)
        assert path.is_symlink()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may be somebody else")
def test_what_root_left_is_in_nobodys_way_who_may_not_look_into_it():
    with tempfile.TemporaryDirectory() as directory:
        share, scratch = Path(directory) / "share", Path(directory) / "scratch"
        for path in (share, share / ".bastide-01234567", scratch):
            path.mkdir(mode=0o700)
        for path in (share, scratch):
            os.chown(path, 65_534, 65_534)
        Path(directory).chmod(0o755)
        os.seteuid(65_534)
        try:
            clear_left(share / STAMPED, scratch, pytest.fail)
        finally:
            os.seteuid(0)
        assert (share / ".bastide-01234567").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give things away")
def test_a_copy_of_somebody_else_stays(share, tmp_path):
    (tmp_path / "bastide-backup-x1").mkdir()
    os.chown(tmp_path / "bastide-backup-x1", 65_534, 65_534)
    clear_left(share / STAMPED, tmp_path, pytest.fail)
    assert (tmp_path / "bastide-backup-x1").is_dir()
