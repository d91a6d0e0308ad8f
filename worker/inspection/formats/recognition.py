"""Tells by its first bytes and its structure what a file is; nothing of it is run, and little of it unpacked."""

import bz2
import gzip
import lzma
import re
import zipfile
import zlib
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import IO, Any, Final, Self

from worker.contract.words import Piece, Words
from worker.inspection.refusal import Refused

HEAD_BYTES: Final = 2048
ACCEPTED: Final = Words(
    "Hand over a skops file, an ONNX graph, an MLflow model directory or a BentoML model as an archive, or, where an "
    "admin allows it, a pickle."
)
AGAIN: Final = Words("Save the model again and upload the whole file.")


class Content(StrEnum):
    """What a file is found to be."""

    SKOPS = "skops"
    ONNX = "onnx"
    PICKLE = "pickle"
    JOBLIB = "joblib"
    CLOUDPICKLE = "cloudpickle"
    ZIP = "zip"
    TAR = "tar"


PICKLES: Final = (Content.PICKLE, Content.JOBLIB, Content.CLOUDPICKLE)
ARCHIVES: Final = (Content.ZIP, Content.TAR)

Opener = Callable[[Path], IO[bytes]]


class _Zlib:
    """Reads a zlib stream from its beginning, which is all that is needed of one."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        self._stream = zlib.decompressobj()

    def read(self, size: int) -> bytes:
        return self._stream.decompress(self._file.read(size), size)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


COMPRESSIONS: Final[tuple[tuple[bytes, Callable[[Path], Any]], ...]] = (
    (b"\x1f\x8b", gzip.open),
    (b"BZh", bz2.open),
    (b"\xfd7zXZ\x00", lzma.open),
    (b"\x5d\x00\x00", lzma.open),
    (b"\x78\x01", _Zlib),
    (b"\x78\x5e", _Zlib),
    (b"\x78\x9c", _Zlib),
    (b"\x78\xda", _Zlib),
)

OTHERS: Final = (
    (b"\x89HDF", Piece("an HDF5 file, as Keras writes it")),
    (b"PAR1", Piece("a Parquet file, which holds data and no model")),
    (b"\x93NUMPY", Piece("an array of numpy, which is no model")),
    (b"\x04\x22\x4d\x18", Piece("compressed by LZ4, which this box cannot read")),
    (b"\x28\xb5\x2f\xfd", Piece("compressed by Zstandard, which this box cannot read")),
    (b"Rar!", Piece("a RAR archive")),
    (b"7z\xbc\xaf", Piece("a 7z archive")),
    (b"GGUF", Piece("a GGUF file of a language model")),
    (b"\x7fELF", Piece("a program")),
    (b"MZ", Piece("a program of Windows")),
    (b"#!", Piece("a script")),
    (b"%PDF", Piece("a PDF document")),
    (b"version https://git-lfs", Piece("a pointer of Git LFS, not the file itself")),
    (b"<?xml", Piece("XML (of which PMML is not among the formats)")),
    (b"<", Piece("a web page or XML")),
    (b"{", Piece("JSON")),
)

_EARLY_PICKLE: Final = re.compile(rb"\(?c[A-Za-z_][\w.]*\r?\n[A-Za-z_][\w.]*\r?\n")
_ONNX_VERSION: Final = re.compile(rb"\x08[\x01-\x20][\x12-\x7a]")


def recognise(path: Path) -> Content:
    """Return what the file is. Raise `Refused`, saying what it seems to be instead, for all else."""
    content = content_of(path)
    if content is not None:
        return content
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if not head:
        raise Refused(Words("The model file is empty."), AGAIN)
    is_what = next((what for magic, what in OTHERS if head.lstrip().startswith(magic)), None)
    if is_what is None and _is_text(head):
        raise Refused(Words("The model file is text."), ACCEPTED)
    is_what = is_what or Piece("of no format that is known here")
    raise Refused(Words("The model file is {what}.", {"what": is_what}), ACCEPTED)


def content_of(path: Path) -> Content | None:
    """Return what the file is, None for what is none of these. Raise `Refused` for one that is cut off."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _kind_of_zip(path)
    if _is_tar(head):
        return Content.TAR
    if _is_pickle(head):
        return _kind_of_pickle(path)
    if _ONNX_VERSION.match(head):
        return Content.ONNX
    opener = compression(head)
    return None if opener is None else _kind_of_compressed(path, opener)


def compression(head: bytes) -> Callable[[Path], Any] | None:
    """Return what opens a file with this head as what it was before it was compressed."""
    return next((opener for magic, opener in COMPRESSIONS if head.startswith(magic)), None)


def _kind_of_zip(path: Path) -> Content:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise Refused(Words("The model file begins as a zip archive, but is damaged or cut off."), AGAIN) from error
    return Content.SKOPS if "schema.json" in names else Content.ZIP


def _kind_of_compressed(path: Path, opener: Callable[[Path], Any]) -> Content | None:
    try:
        with opener(path) as file:
            head = file.read(HEAD_BYTES)
    except (OSError, EOFError, lzma.LZMAError, zlib.error) as error:
        raise Refused(Words("The model file begins as compressed data, but is damaged or cut off."), AGAIN) from error
    if _is_tar(head):
        return Content.TAR
    return Content.JOBLIB if _is_pickle(head) else None


def _kind_of_pickle(path: Path) -> Content:
    """Return which library wrote the pickle; they are opened alike."""
    with path.open("rb") as file:
        start = file.read(1 << 20)
    if b"joblib.numpy_pickle" in start:
        return Content.JOBLIB
    return Content.CLOUDPICKLE if b"cloudpickle.cloudpickle" in start else Content.PICKLE


def _is_tar(head: bytes) -> bool:
    return head[257:262] == b"ustar"


def _is_pickle(head: bytes) -> bool:
    return (head[:1] == b"\x80" and head[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05")) or bool(
        _EARLY_PICKLE.match(head)
    )


def _is_text(head: bytes) -> bool:
    return not any(byte < 9 or 13 < byte < 32 for byte in head)
