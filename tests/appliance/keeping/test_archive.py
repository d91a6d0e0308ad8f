"""A backup that is not as it was written is refused, whatever of it is changed."""

import gzip
import io
import os
import tarfile
import zlib

import pytest

from appliance.errors import ApplianceError
from appliance.keeping import archive, backup


@pytest.fixture
def written(box, tmp_path):
    backup.back_up(box, tmp_path / "box.backup", lambda _: None)
    return tmp_path / "box.backup"


def changed(path, change):
    """Write the members anew after a change of their list."""
    with tarfile.open(path, "r:gz") as tar:
        opened = [(head.name, tar.extractfile(head)) for head in tar]
        members = [(name, file.read()) for name, file in opened if file]
    with tarfile.open(path, "w:gz") as tar:
        for name, content in change(members):
            head = tarfile.TarInfo(name)
            head.size = len(content)
            tar.addfile(head, io.BytesIO(content))


def test_what_is_unpacked_is_for_nobody_else_whatever_the_umask(written, tmp_path):
    (tmp_path / "place").mkdir()
    before = os.umask(0)
    try:
        archive.unpacked(written, tmp_path / "place")
    finally:
        os.umask(before)
    modes = {path.is_dir(): path.stat().st_mode & 0o777 for path in (tmp_path / "place").rglob("*")}
    assert modes == {True: 0o700, False: 0o600}


@pytest.mark.parametrize("share", [0.01, 0.3, 0.7, 0.99])
def test_a_file_that_was_cut_off_is_refused(written, share):
    content = written.read_bytes()
    written.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(ApplianceError, match=r"damaged: it was changed or cut off since it was written\.$") as raised:
        archive.verified(written)
    assert "compare its size" in raised.value.hint


def test_a_flipped_bit_is_refused_wherever_it_is(written):
    content = written.read_bytes()
    for position in range(0, len(content) - 8, max(1, len(content) // 50)):
        broken = bytearray(content)
        broken[position] ^= 0x10
        written.write_bytes(broken)
        try:
            read = gzip.decompress(bytes(broken))
        except (OSError, EOFError, zlib.error):
            read = None
        if read != gzip.decompress(content):
            with pytest.raises(ApplianceError):
                archive.verified(written)


@pytest.mark.parametrize(
    "change",
    [
        lambda members: members[1:],
        lambda members: [(name, b"x" if name == archive.DATABASE else content) for name, content in members],
        lambda members: [("models/../../etc/passwd", b"x"), *members],
        lambda members: [("/etc/passwd", b"x"), *members],
        lambda members: [*members, ("data/late", b"x")],
        lambda members: [members[0], *members],
        lambda members: [(name, content) for name, content in members if name != archive.MANIFEST],
        lambda members: [(name, b"{}" if name == archive.MANIFEST else content) for name, content in members],
    ],
    ids=["missing", "other", "outside", "absolute", "late", "twice", "no manifest", "empty manifest"],
)
def test_other_members_are_refused(written, change):
    changed(written, change)
    with pytest.raises(ApplianceError, match=r"damaged|is no backup"):
        archive.verified(written)


@pytest.mark.parametrize(
    "content",
    [b"", b"Dear box", gzip.compress(b"Dear box"), gzip.compress(b"Dear box" * 1000)],
    ids=["empty", "letter", "packed letter", "longer one"],
)
def test_what_is_no_backup_is_refused_in_a_sentence(content, tmp_path):
    (tmp_path / "letter").write_bytes(content)
    with pytest.raises(ApplianceError) as raised:
        archive.verified(tmp_path / "letter")
    assert raised.value.message == f"{tmp_path / 'letter'} is no backup of Bastide."


def test_an_archive_of_other_things_is_no_backup(tmp_path):
    with tarfile.open(tmp_path / "letters.tgz", "w:gz") as tar:
        tar.addfile(tarfile.TarInfo("letter"))
    with pytest.raises(ApplianceError, match=r"is no backup of Bastide\.$"):
        archive.verified(tmp_path / "letters.tgz")


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(ApplianceError, match="No such file"):
        archive.verified(tmp_path / "nowhere")


def test_another_form_names_the_release_that_is_needed(written):
    def newer(members):
        return [(name, content.replace(b'"format": 1', b'"format": 2')) for name, content in members]

    changed(written, newer)
    with pytest.raises(ApplianceError, match="form 2") as raised:
        archive.verified(written)
    assert "1-abc" in raised.value.hint


def test_all_files_come_back(written, box, tmp_path):
    (tmp_path / "out").mkdir()
    manifest = archive.unpacked(written, tmp_path / "out")
    there = {str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert there == set(manifest.members)
