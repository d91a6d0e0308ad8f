"""What is removed, and the disks that are mounted there, which only their admin takes away."""

import os
import subprocess

import pytest

from appliance.errors import ApplianceError
from appliance.installing import clearing
from appliance.installing.clearing import is_left
from appliance.installing.removing import clear, require_gone
from tests.small_disk import small_disk


def test_files_links_and_directories_are_removed_and_said(tmp_path):
    (tmp_path / "directory" / "deep").mkdir(parents=True)
    (tmp_path / "file").write_text("")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    said: list[str] = []
    clear([tmp_path / each for each in ("directory", "file", "link", "never there")], said.append)
    assert list(tmp_path.iterdir()) == []
    assert said == [f"  Removing {tmp_path / each}" for each in ("directory", "file", "link")]


def test_what_a_link_leads_to_stays(tmp_path):
    (tmp_path / "target").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "target")
    clear([tmp_path / "link"], lambda _: None)
    assert [each.name for each in tmp_path.iterdir()] == ["target"]


def test_a_disk_that_is_mounted_is_emptied_and_stays_with_root(tmp_path):
    said: list[str] = []
    with small_disk(tmp_path, 1 << 20) as disk:
        for each in ("lost+found", "models/deep"):
            (disk / each).mkdir(parents=True)
        subprocess.run(["chown", "4711:4711", str(disk)], check=True)
        assert is_left(disk)
        clear([disk], said.append)
        assert [each.name for each in disk.iterdir()] == ["lost+found"]
        assert (disk.stat().st_uid, disk.stat().st_gid) == (0, 0)
        assert not is_left(disk)
    assert said == [f"  Emptying {tmp_path}: a disk is mounted there, and stays"]


def test_a_disk_that_is_mounted_deeper_keeps_the_way_to_it(tmp_path):
    root = tmp_path / "bastide"
    (root / "models" / "large").mkdir(parents=True)
    (root / "spool" / "inbox").mkdir(parents=True)
    with small_disk(root / "models" / "large", 1 << 20) as disk:
        (disk / "model").write_text("")
        clear([root], lambda _: None)
        assert sorted(root.rglob("*")) == [root / "models", disk]
        assert not is_left(root)
    assert is_left(root)


def test_a_disk_of_the_same_kind_that_is_bound_there_is_one_too(tmp_path):
    (tmp_path / "elsewhere" / "models").mkdir(parents=True)
    (tmp_path / "bastide").mkdir()
    with small_disk(tmp_path / "elsewhere", 1 << 20):
        (tmp_path / "elsewhere" / "models").mkdir()
        subprocess.run(["mount", "--bind", tmp_path / "elsewhere", tmp_path / "bastide"], check=True)
        try:
            clear([tmp_path / "bastide"], lambda _: None)
            assert list((tmp_path / "elsewhere").iterdir()) == []
        finally:
            subprocess.run(["umount", "--lazy", tmp_path / "bastide"], check=True)


def test_what_cannot_be_removed_is_an_error_with_a_next_step(tmp_path):
    with small_disk(tmp_path, 1 << 20) as disk:
        (disk / "file").write_text("")
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        with pytest.raises(ApplianceError) as raised:
            clear([disk], lambda _: None)
    assert raised.value.message == f"{tmp_path / 'file'} cannot be removed: Read-only file system."
    assert "run the same command again" in raised.value.hint


def test_what_is_left_is_named():
    require_gone([])
    with pytest.raises(ApplianceError, match="left: /etc/bastide, account bastide"):
        require_gone(["/etc/bastide", "account bastide"])


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_what_stays_is_given_to_root_and_never_what_a_link_leads_to(tmp_path, monkeypatch):
    (tmp_path / "others").mkdir(mode=0o700)
    os.chown(tmp_path / "others", 4711, 4711)
    (tmp_path / "disk").symlink_to("others")  # put there a moment after the disk was seen
    monkeypatch.setattr(clearing, "staying", lambda _: frozenset({tmp_path / "disk"}))
    with pytest.raises(OSError, match="symbolic links"):
        clearing.leave_to_root(tmp_path)
    found = (tmp_path / "others").stat()
    assert (found.st_uid, found.st_mode & 0o777) == (4711, 0o700)
