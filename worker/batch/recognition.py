"""What a file is, by its content first."""

import gzip
from pathlib import Path, PurePath
from typing import Final

from worker.batch import foreign
from worker.batch.errors import FileRefused
from worker.batch.packed import PACK_ALONE, names_in_zip, only_member, opened_zip, readable
from worker.batch.text import find_encoding
from worker.contract.batch import Compression, FileFormat
from worker.contract.words import Words

PARQUET: Final = b"PAR1"
ZIP: Final = b"PK\x03\x04"
ZIP_EMPTY: Final = b"PK\x05\x06"
GZIP: Final = b"\x1f\x8b"
WORKBOOK: Final = frozenset({"xl/workbook.xml", "[content_types].xml"})
OPEN_DOCUMENT: Final = frozenset({"mimetype", "content.xml"})
TELLING: Final = (
    ("xl/workbook.bin", foreign.XLSB),
    ("word/document.xml", foreign.WORD),
    ("ppt/presentation.xml", foreign.POWERPOINT),
    ("index/document.iwa", foreign.NUMBERS),
    ("index.zip", foreign.NUMBERS),
)
"""Files in a zip archive that tell what it is."""

JSON_SUFFIXES: Final = frozenset({".json", ".jsonl", ".ndjson"})


def recognise(path: Path, file_name: str) -> tuple[FileFormat, Compression]:
    """Return what the file is and what it is packed in. Raise `FileRefused` for what is not read.

    Of a packed file the format is told by the first bytes in it: what was unpacked is to be recognised again.
    """
    head = _head(path)
    if head.startswith((ZIP, ZIP_EMPTY)):
        return _in_zip(path)
    if head.startswith(GZIP):
        with readable(), gzip.open(path) as file:
            inner = file.read(foreign.HEAD_BYTES)
        return _packed_format(inner, file_name.removesuffix(".gz")), Compression.GZIP
    if head.startswith(foreign.OLE):
        raise foreign.refused_as(_of_ole(path))
    return _format(head, file_name), Compression.NONE


def check_not_packed(path: Path) -> None:
    """Raise `FileRefused` if what came out of an archive is one itself. A workbook is no archive."""
    head = _head(path)
    if head.startswith((GZIP, ZIP_EMPTY)) or (head.startswith(ZIP) and not _is_workbook(path)):
        raise FileRefused(Words("The archive holds another archive."), PACK_ALONE)


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return _filled(file.read(foreign.HEAD_BYTES))


def _filled(head: bytes) -> bytes:
    if not head:
        raise FileRefused(Words("The file is empty."), foreign.SEND)
    return head


def _packed_format(head: bytes, file_name: str) -> FileFormat:
    if _filled(head).startswith(ZIP):
        return FileFormat.XLSX  # an archive can be looked into only when it is unpacked
    return _format(head, file_name)


def _format(head: bytes, file_name: str) -> FileFormat:
    if head.startswith(PARQUET):
        return FileFormat.PARQUET
    foreign.check_not_foreign(head)
    encoding = find_encoding(head, whole=len(head) < foreign.HEAD_BYTES)
    text = head.decode(encoding, errors="ignore").lstrip("\ufeff \t\r\n")
    if text.startswith("[") and PurePath(file_name).suffix.lower() in JSON_SUFFIXES:
        raise foreign.refused_as(foreign.JSON_ARRAY)
    return FileFormat.JSONL if text.startswith("{") else FileFormat.CSV


def _in_zip(path: Path) -> tuple[FileFormat, Compression]:
    with opened_zip(path) as archive:
        names = names_in_zip(archive)
        if names >= WORKBOOK:
            return FileFormat.XLSX, Compression.NONE
        found = next((kind for name, kind in TELLING if name in names), None)
        if found is not None or names >= OPEN_DOCUMENT:
            raise foreign.refused_as(found or foreign.ODS)
        member = only_member(archive)
        with archive.open(member) as file:
            head = file.read(foreign.HEAD_BYTES)
    return _packed_format(head, member.filename), Compression.ZIP


def _is_workbook(path: Path) -> bool:
    try:
        with opened_zip(path) as archive:
            return names_in_zip(archive) >= WORKBOOK
    except FileRefused:
        return False


def _of_ole(path: Path) -> foreign.Foreign:
    with path.open("rb") as file:
        return foreign.PROTECTED if foreign.ENCRYPTED in file.read(foreign.OLE_LOOKED_AT_BYTES) else foreign.XLS
