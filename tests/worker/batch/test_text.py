"""Encodings are found, settled for a whole file, and read in pieces."""

import pytest

from worker.batch import text
from worker.batch.errors import FileRefused
from worker.batch.text import find_encoding, is_plain, is_utf8, settle_encoding, transcode

FRENCH = "ville;âge\r\nNîmes;34\r\n"
SOUND = "é;è\n".encode() * 300_000


@pytest.fixture
def path(tmp_path):
    return tmp_path / "input"


def transcoded(path, content, encoding):
    path.write_bytes(content)
    transcode(path, encoding, path.with_name("text"))
    return path.with_name("text").read_bytes()


@pytest.mark.parametrize(
    ("sample", "encoding"),
    [
        (b"a,b\n", "utf-8"),
        (FRENCH.encode(), "utf-8"),
        (FRENCH.encode("utf-8-sig"), "utf-8-sig"),
        (FRENCH.encode("windows-1252"), "windows-1252"),
        (b"\xff\xfe" + FRENCH.encode("utf-16-le"), "utf-16-le"),
        (b"\xfe\xff" + FRENCH.encode("utf-16-be"), "utf-16-be"),
        (FRENCH.encode("utf-16-le"), "utf-16-le"),
        (FRENCH.encode("utf-16-be"), "utf-16-be"),
        ("Á".encode() * 20 + b"\xc3\n", "utf-8"),
    ],
)
def test_encoding_is_found(sample, encoding):
    assert find_encoding(sample, whole=True) == encoding


@pytest.mark.parametrize("cut", [1, 2, 3])
def test_sample_may_end_within_a_character(cut):
    assert find_encoding(b"a;b\n" + "\U0001f600".encode()[:cut], whole=False) == "utf-8"


def test_whole_text_does_not_end_within_a_character():
    assert find_encoding(b"a;\xc3", whole=True) == "windows-1252"


@pytest.mark.parametrize(
    "sample", [b"\x01\x02", b"ab\0cde", bytes(100), b"\x81\xe9", b"\0\x01\0\x02\0\x03", b"\xff\xfe\0\0a\0\0\0"]
)
def test_what_is_no_text_is_refused(sample):
    with pytest.raises(FileRefused, match=r"binary|UTF-32"):
        find_encoding(sample, whole=True)


@pytest.mark.parametrize(
    ("content", "chosen", "settled"),
    [
        (b"a\n" * 600_000 + b"\xe9\n", "", ("windows-1252", 0)),
        (SOUND, "", ("utf-8", 0)),
        (SOUND + b"\xe9\n", "", ("utf-8", 1)),
        (SOUND + b"\xc3", "utf-8-sig", ("utf-8", 1)),
        (b"\xef\xbb\xbfa\n", "utf-8", ("utf-8-sig", 0)),
        (b"\xef\xbb\xbfa\n\xe9", "", ("utf-8-sig", 1)),
        (SOUND, "windows-1252", ("windows-1252", 0)),
    ],
)
def test_encoding_is_settled_for_the_whole_file(path, content, chosen, settled):
    path.write_bytes(content)
    assert settle_encoding(path, chosen) == settled


@pytest.mark.parametrize(("chosen", "words"), [("utf-8", "is not UTF-8: 1 of"), ("cp850", "'cp850' is none of")])
def test_wrong_choice_is_refused(path, chosen, words):
    path.write_bytes(b"a\n\xe9\n")
    with pytest.raises(FileRefused, match=words):
        settle_encoding(path, chosen)


def test_character_on_the_border_of_two_blocks_is_one(path, monkeypatch):
    monkeypatch.setattr(text, "CHECKED_BLOCK_BYTES", 3)
    path.write_bytes("aaé\U0001f600a".encode())
    assert is_utf8(path)


def test_ascii_after_half_a_character_is_not_utf8(path, monkeypatch):
    monkeypatch.setattr(text, "CHECKED_BLOCK_BYTES", 3)
    path.write_bytes(b"aa\xc3aaa")
    assert not is_utf8(path)


def test_zero_bytes_far_in_the_file_are_refused(path):
    path.write_bytes(b"a\n" * 600_000 + b"\0")
    with pytest.raises(FileRefused, match="zero bytes"):
        settle_encoding(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be", "windows-1252"])
def test_text_is_transcoded_and_its_line_ends_kept(path, encoding):
    assert transcoded(path, FRENCH.encode(encoding), encoding) == FRENCH.encode()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_mark_is_dropped(path, encoding):
    assert transcoded(path, ("\ufeff" + FRENCH).encode(encoding), encoding) == FRENCH.encode()


@pytest.mark.parametrize("ending", ["\r", "\r\n", ""])
def test_lone_returns_become_line_ends(path, monkeypatch, ending):
    monkeypatch.setattr(text, "BLOCK_BYTES", 4)
    written = transcoded(path, f"a\r1\r22\r333{ending}".encode(), "utf-8")
    assert written == f"a\n1\n22\n333{ending}".replace("3\r", "3\n" if ending == "\r" else "3\r").encode()


def test_return_within_a_cell_stays_where_lines_end_otherwise(path):
    assert transcoded(path, b'a\n"x\ry"\n', "utf-8") == b'a\n"x\ry"\n'


@pytest.mark.parametrize(
    ("content", "encoding", "words"),
    [
        (b"a" * 300_000 + b"\x81", "windows-1252", "Byte 300,001 of the file is no character of windows-1252"),
        (b"a\0b\0c", "utf-16-le", "Byte 5 of the file"),
        (b"a" * 300_000 + b"\0", "windows-1252", "zero bytes"),
    ],
)
def test_what_is_no_character_is_refused_where_it_stands(path, content, encoding, words):
    with pytest.raises(FileRefused, match=words):
        transcoded(path, content, encoding)


@pytest.mark.parametrize(("content", "plain"), [(b"a\r\n1\r\n", True), (b"a\n1", True), (b"a\r1\r", False)])
def test_utf8_is_plain_unless_lines_end_in_returns(path, content, plain):
    path.write_bytes(content)
    assert is_plain(path, "utf-8") is plain
