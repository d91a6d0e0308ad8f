"""What a file is comes from its content; what is not read is named."""

import gzip

import pytest

from tests.worker.batch.shapes import zipped
from worker.batch.errors import FileRefused
from worker.batch.recognition import recognise
from worker.contract.batch import Compression, FileFormat

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"


def workbook() -> bytes:
    return zipped(("xl/workbook.xml", b"<workbook/>"), ("[Content_Types].xml", b"<Types/>"))


@pytest.fixture
def recognised(tmp_path):
    def recognised(content: bytes, name: str = "tenants.csv"):
        (tmp_path / "input").write_bytes(content)
        return recognise(tmp_path / "input", name)

    return recognised


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"a,b\n1,2\n", (FileFormat.CSV, Compression.NONE)),
        (b"[id],[b]\n1,2\n", (FileFormat.CSV, Compression.NONE)),
        (b"MZ;BMI\n1;2\n", (FileFormat.CSV, Compression.NONE)),
        (b'\xef\xbb\xbf \n{"a": 1}\n', (FileFormat.JSONL, Compression.NONE)),
        (b"PAR1\0\0", (FileFormat.PARQUET, Compression.NONE)),
        (workbook(), (FileFormat.XLSX, Compression.NONE)),
        (gzip.compress(b'{"a": 1}\n', mtime=0), (FileFormat.JSONL, Compression.GZIP)),
        (gzip.compress(b"PAR1\0\0", mtime=0), (FileFormat.PARQUET, Compression.GZIP)),
        (zipped(("t.xlsx", workbook())), (FileFormat.XLSX, Compression.ZIP)),
        (zipped(("t.csv", b"a;b\n")), (FileFormat.CSV, Compression.ZIP)),
    ],
)
def test_format_and_packing_are_found(recognised, content, found):
    assert recognised(content) == found


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (OLE, "an Excel 97-2003 file (.xls)"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "an Office file protected by a password"),
        (PNG, "a picture"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "a picture"),
        (b"%PDF-1.7\n%\xe2\xe3", "a PDF document"),
        (b"\x7fELF\x02\x01", "a program"),
        (b"MZ\x90\0\x03\0", "a program"),
        (b"BZh91AY&SY", "packed by bzip2"),
        (b"7z\xbc\xaf\x27\x1c\0\4", "a 7-Zip archive"),
        (b"t.csv" + bytes(252) + b"ustar\0", "a tar archive"),
        (gzip.compress(b"t.csv" + bytes(252) + b"ustar\0", mtime=0), "a tar archive"),
        (b"<!DOCTYPE html><table>", "a web page or XML"),
        (b'\xef\xbb\xbf[{"a": 1}]', "a JSON array"),
        (b"{\\rtf1\\ansi", "a text document (.rtf)"),
        (
            zipped(("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", b"<")),
            "OpenDocument",
        ),
        (zipped(("[Content_Types].xml", b"<"), ("xl/workbook.bin", b"\0")), "an Excel binary workbook (.xlsb)"),
        (zipped(("[Content_Types].xml", b"<"), ("word/document.xml", b"<")), "a Word document"),
    ],
)
def test_what_is_not_read_is_named_with_advice(recognised, content, what):
    with pytest.raises(FileRefused) as refused:
        recognised(content)
    assert what in str(refused.value)
    assert str(refused.value.hint)


@pytest.mark.parametrize("content", [b"a;b\n\x01\x02\x03\x04", b"\x01\x9d\x03", b"caf\xe9\x81\n", b"a,b\0\n1,2\n"])
def test_binary_under_the_name_of_a_table_is_refused(recognised, content):
    with pytest.raises(FileRefused, match="binary, not text"):
        recognised(content)


@pytest.mark.parametrize("content", [b"", gzip.compress(b"", mtime=0), zipped(("t.csv", b""))])
def test_empty_file_is_refused(recognised, content):
    with pytest.raises(FileRefused, match="empty"):
        recognised(content)


@pytest.mark.parametrize("name", ["rows.json", "rows.JSON.gz"])
def test_array_of_numbers_is_told_from_a_table_by_its_name(recognised, name):
    content = b"[1, 2, 3]"
    with pytest.raises(FileRefused, match="a JSON array"):
        recognised(gzip.compress(content) if name.endswith("gz") else content, name)
