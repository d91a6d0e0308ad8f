"""What the data plane leaves in the spool goes out only where it is a file there."""

import os
import socket

import pytest

from webapp import spooled


def test_a_file_is_opened(tmp_path):
    (tmp_path / "result").write_bytes(b"a,b\n")
    with spooled.opened(tmp_path / "result") as file:
        assert file.read() == b"a,b\n"


def test_the_way_to_the_directories_may_be_a_link(tmp_path):
    (tmp_path / "disk" / "job").mkdir(parents=True)
    (tmp_path / "disk" / "job" / "result").write_bytes(b"a,b\n")
    (tmp_path / "batch").symlink_to("disk")
    spooled.opened(tmp_path / "batch" / "job" / "result").close()


def link(path):
    (path.parent / "secret").write_text("secret")
    path.symlink_to("secret")


def bound(path):
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))


@pytest.mark.parametrize(
    "make",
    [link, bound, os.mkfifo, os.mkdir, lambda _: None],
    ids=["a link", "a socket", "a pipe", "a directory", "nothing"],
)
def test_what_is_no_file_is_missing(tmp_path, make):
    make(tmp_path / "result")
    with pytest.raises(FileNotFoundError, match="result"):
        spooled.opened(tmp_path / "result")


def test_a_link_in_place_of_the_directory_is_missing(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "result").write_text("secret")
    (tmp_path / "job").symlink_to("elsewhere")
    with pytest.raises(FileNotFoundError, match="result"):
        spooled.opened(tmp_path / "job" / "result")


def test_what_the_disk_says_otherwise_is_told(tmp_path):
    with pytest.raises(OSError, match="name too long"):
        spooled.opened(tmp_path / ("x" * 300))
