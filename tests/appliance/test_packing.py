"""A directory becomes one file that holds nothing but what lies in it."""

import tarfile
from pathlib import Path

import pytest

from appliance.errors import ApplianceError
from appliance.packing import packed


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "model" / "data").mkdir(parents=True)
    (tmp_path / "model" / "MLmodel").write_text("flavors: {}\n")
    (tmp_path / "model" / "data" / "model.skops").write_bytes(b"a model")
    return tmp_path / "model"


def test_a_file_stays_as_it_is(tmp_path):
    (tmp_path / "model.skops").write_bytes(b"a model")
    with packed(tmp_path / "model.skops") as path:
        assert path == tmp_path / "model.skops"


def test_a_directory_is_packed_by_relative_names_and_the_archive_removed(directory):
    with packed(directory) as archive, tarfile.open(archive) as tar:
        assert tar.getnames() == ["MLmodel", "data/model.skops"]
        assert {(member.uid, member.uname, member.mtime) for member in tar.getmembers()} == {(0, "", 0)}
    assert not archive.exists()


def test_equal_directories_are_equal_files(directory):
    with packed(directory) as first:
        content = first.read_bytes()
    (directory / "MLmodel").touch()
    with packed(directory) as second:
        assert second.read_bytes() == content


def test_a_link_is_not_followed(directory):
    (directory / "secret").symlink_to("/etc/passwd")
    with pytest.raises(ApplianceError, match="is a link"), packed(directory):
        pass


def test_what_is_not_there_is_an_error(tmp_path):
    with pytest.raises(ApplianceError, match="There is no file or directory"), packed(tmp_path / "absent"):
        pass
