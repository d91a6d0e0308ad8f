"""Archives are unpacked within bounds, and what is no single file is refused."""

import gzip
import io
import struct
import zipfile

import pytest

from tests.worker.batch.shapes import zipped
from tests.worker.batch.test_recognition import workbook
from worker.batch.errors import FileRefused
from worker.batch.unpacking import unpack
from worker.contract.batch import Compression

TABLE = b"a,b\n" + b"1,2\n" * 1000
MOST = 1 << 20


@pytest.fixture
def unpacked(tmp_path):
    def unpacked(content: bytes, compression: Compression = Compression.ZIP, bytes_max: int = MOST):
        (tmp_path / "input").write_bytes(content)
        name = unpack(tmp_path / "input", compression, tmp_path / "target", bytes_max)
        return name, (tmp_path / "target").read_bytes()

    return unpacked


def gzipped(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)  # the name of a test is made of it


def flagged(content: bytes, flag: int) -> bytes:
    """Set a flag of the first member, where it stands and in the directory."""
    directory = content.index(b"PK\x01\x02")
    changed = bytearray(content)
    changed[6] |= flag
    changed[directory + 8] |= flag
    return bytes(changed)


def by_method(method: int) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        archive.writestr("t.csv", TABLE)
    return packed.getvalue()


def understated(size: int) -> bytes:
    """Return an archive that claims a member of 10 bytes and holds more."""
    content = bytearray(zipped(("t.csv", bytes(size))))
    struct.pack_into("<I", content, content.index(b"PK\x01\x02") + 24, 10)
    return bytes(content)


@pytest.mark.parametrize("name", ["t.csv", "../../etc/t.csv", "/etc/t.csv", "C:\\out\\t.csv"])
def test_name_in_an_archive_is_told_and_never_a_path(unpacked, name):
    assert unpacked(zipped((name, TABLE))) == ("t.csv", TABLE)


def test_gzip_of_several_parts_is_one_file(unpacked):
    assert unpacked(gzipped(b"a\n") + gzipped(b"1\n"), Compression.GZIP) == ("", b"a\n1\n")


def test_workbook_in_an_archive_is_no_archive_in_an_archive(unpacked):
    assert unpacked(zipped(("t.xlsx", workbook())))[0] == "t.xlsx"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (zipped(("a.csv", TABLE), ("b.csv", TABLE)), "holds 2 files: 'a.csv', 'b.csv'"),
        (zipped(("out/", b""), ("__MACOSX/x", b"x"), ("out/.DS_Store", b"x")), "holds no file"),
        (zipped(), "holds no file"),
        (flagged(zipped(("t.csv", TABLE)), 0x1), "is encrypted"),
        (zipped(("t.zip", zipped(("t.csv", TABLE)))), "another archive"),
        (zipped(("t.csv.gz", gzipped(TABLE))), "another archive"),
        (zipped(("t.zip", b"PK\x03\x04 and no more")), "another archive"),
        (by_method(zipfile.ZIP_LZMA), "a method that is not read"),
        (zipped(("t.csv", TABLE))[:-30], "damaged or cut off"),
        (zipped(("t.csv", TABLE))[:40], "damaged or cut off"),
        (flagged(zipped(("t.csv", TABLE)), 0x20), "damaged or cut off"),
        (understated(5000), "damaged or cut off"),
    ],
)
def test_zip_that_is_not_one_sound_file_is_refused(unpacked, tmp_path, content, words):
    with pytest.raises(FileRefused, match=words):
        unpacked(content)
    assert not (tmp_path / "target").exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (gzipped(TABLE)[:-9], "damaged or cut off"),
        (gzipped(TABLE)[:-8] + bytes(8), "damaged or cut off"),
        (gzipped(TABLE) + b"rubbish", "damaged or cut off"),
        (gzipped(gzipped(TABLE)), "another archive"),
        (gzipped(b""), "empty"),
    ],
)
def test_gzip_that_is_not_one_sound_file_is_refused(unpacked, tmp_path, content, words):
    with pytest.raises(FileRefused, match=words):
        unpacked(content, Compression.GZIP)
    assert not (tmp_path / "target").exists()


@pytest.mark.parametrize(
    ("content", "compression"),
    [
        (gzipped(bytes(40 * MOST)), Compression.GZIP),
        (gzipped(bytes(MOST // 2)) * 40, Compression.GZIP),
        (zipped(("t.csv", bytes(40 * MOST))), Compression.ZIP),
    ],
)
def test_bomb_is_stopped_at_what_it_may_become(unpacked, tmp_path, content, compression):
    with pytest.raises(FileRefused, match="larger than 1 MB"):
        unpacked(content, compression)
    assert not (tmp_path / "target").exists()


def test_directory_of_megabytes_is_not_read(unpacked):
    content = zipped(*((f"{number:02000}", b"") for number in range(2_200)))
    with pytest.raises(FileRefused, match="damaged or cut off"):
        unpacked(content)
