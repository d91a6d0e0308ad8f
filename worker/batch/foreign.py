"""Files that are not read: what each seems to be by its first bytes, and what to make of it instead."""

import re
from typing import Final

from worker.batch.errors import FileRefused
from worker.batch.packed import PACK_ALONE
from worker.contract.words import Piece, Words

HEAD_BYTES: Final = 4096
TAR_MARK_AT: Final = 257

SEND: Final = Words("Send a CSV, Excel (.xlsx), JSON Lines or Parquet file.")
SAVE: Final = Words("Open it in a spreadsheet and save it as .xlsx or CSV.")
EXPORT: Final = Words("Export the table as CSV or Parquet.")
LINES: Final = Words("Write one JSON object per line (.jsonl).")
OPEN: Final = Words("Remove the password and save it as .xlsx.")

XLS: Final = (Piece("an Excel 97-2003 file (.xls)"), Words("Save it as .xlsx."))
PROTECTED: Final = (Piece("an Office file protected by a password"), OPEN)
XLSB: Final = (Piece("an Excel binary workbook (.xlsb)"), Words("Save it as .xlsx."))
ODS: Final = (Piece("an OpenDocument file"), SAVE)
NUMBERS: Final = (Piece("a Numbers document"), Words("Export it as .xlsx or CSV."))
WORD: Final = (Piece("a Word document"), SEND)
POWERPOINT: Final = (Piece("a PowerPoint document"), SEND)
JSON_ARRAY: Final = (Piece("a JSON array"), LINES)
PROGRAM: Final = (Piece("a program"), SEND)
TAR: Final = (Piece("a tar archive"), PACK_ALONE)
WEB_PAGE: Final = (Piece("a web page or XML"), SAVE)

_PICTURE: Final = (Piece("a picture"), SEND)
_DATABASE: Final = (Piece("a database"), EXPORT)
_ARROW: Final = (Piece("an Arrow or Feather file"), EXPORT)
_PICKLE: Final = (Piece("a pickle"), EXPORT)
_R_DATA: Final = (Piece("an R data file"), EXPORT)
_HDF5: Final = (Piece("an HDF5 file"), EXPORT)

OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
OLE_LOOKED_AT_BYTES: Final = 4 << 20

MAGIC: Final = (
    (b"%PDF", (Piece("a PDF document"), SEND)),
    (b"\x89PNG", _PICTURE),
    (b"\xff\xd8\xff", _PICTURE),
    (b"GIF8", _PICTURE),
    (b"II*\0", _PICTURE),
    (b"MM\0*", _PICTURE),
    (b"\x7fELF", PROGRAM),
    (b"7z\xbc\xaf\x27\x1c", (Piece("a 7-Zip archive"), PACK_ALONE)),
    (b"Rar!\x1a\x07", (Piece("a RAR archive"), PACK_ALONE)),
    (b"\xfd7zXZ\0", (Piece("packed by xz"), PACK_ALONE)),
    (b"\x28\xb5\x2f\xfd", (Piece("packed by Zstandard"), PACK_ALONE)),
    (b"SQLite format 3\0", _DATABASE),
    (b"\x00\x01\x00\x00Standard ", _DATABASE),
    (b"ARROW1\0\0", _ARROW),
    (b"FEA1", _ARROW),
    (b"Obj\x01", (Piece("an Avro file"), EXPORT)),
    (b"\x93NUMPY", (Piece("a NumPy array"), EXPORT)),
    (b"\x89HDF", _HDF5),
    (b"\x80\x02", _PICKLE),
    (b"\x80\x03", _PICKLE),
    (b"\x80\x04", _PICKLE),
    (b"\x80\x05", _PICKLE),
    (b"RDX2\n", _R_DATA),
    (b"RDX3\n", _R_DATA),
    (b"X\n\0\0\0", _R_DATA),
    (b"$FL2", (Piece("an SPSS file"), EXPORT)),
    (b"$FL3", (Piece("an SPSS file"), EXPORT)),
    (b"<stata_dta>", (Piece("a Stata file"), EXPORT)),
    (b"\0" * 12 + b"\xc2\xea\x81\x60", (Piece("a SAS file"), EXPORT)),
    (b"{\\rtf", (Piece("a text document (.rtf)"), SEND)),
)
_MARKUP: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|\?xml|table|meta)", re.IGNORECASE)
_BZIP2: Final = re.compile(rb"BZh[1-9]1AY&SY")
_ARRAY: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*\[\s*\{")

Foreign = tuple[Piece, Words]


def check_not_foreign(head: bytes) -> None:
    """Raise `FileRefused` for first bytes that are known to be of another kind of file."""
    found = next((foreign for magic, foreign in MAGIC if head.startswith(magic)), None) or _by_form(head)
    if found is not None:
        raise refused_as(found)


def refused_as(foreign: Foreign) -> FileRefused:
    """Return the refusal that tells what a file is."""
    what, hint = foreign
    return FileRefused(Words("The file is {what}, which is not read.", {"what": what}), hint)


def _by_form(head: bytes) -> Foreign | None:
    if head.startswith(b"MZ") and b"\0" in head[:64]:  # a table of text may begin with these letters
        return PROGRAM
    if head[TAR_MARK_AT : TAR_MARK_AT + 5] == b"ustar":
        return TAR
    if _BZIP2.match(head):
        return (Piece("packed by bzip2"), PACK_ALONE)
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return _PICTURE
    if _MARKUP.match(head):
        return WEB_PAGE
    return JSON_ARRAY if _ARRAY.match(head) else None
