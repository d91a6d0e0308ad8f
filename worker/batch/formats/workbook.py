"""The parts of a workbook but its cells: which sheets it has, how their dates are recognised."""

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import FileIO
from pathlib import Path
from typing import IO, Final

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_datetime, is_timedelta_format

from worker.batch.errors import FileRefused
from worker.batch.formats.xml_stream import Handler, damaged, parse, pieces
from worker.contract.words import Words
from worker.tables.wording import named

READ_BYTES_MAX: Final = 1 << 20
"""The directory of a zip archive is read whole, and is no longer than this in any workbook."""

PART_BYTES_MAX: Final = 32 << 20
"""The longest list of sheets or styles."""

STYLES_MAX: Final = 65_536
SHEETS_MAX: Final = 1_000
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OLE_BYTES_LOOKED_AT: Final = 1 << 19
SAVE_PLAIN: Final = Words("Save the sheet as .xlsx without a password, or as CSV, and upload that.")
SMALLER: Final = Words("Save the sheet alone as CSV, and upload that.")


class _Guarded(FileIO):
    """A file of which nobody can be made to read much at once: the archive says how long its directory is."""

    def read(self, size: int | None = -1, /) -> bytes:
        """Return at most so many bytes. Raise FileRefused where more than `READ_BYTES_MAX` are asked for."""
        wanted = READ_BYTES_MAX + 1 if size is None or size < 0 else size
        data = super().read(min(wanted, READ_BYTES_MAX + 1)) or b""
        if len(data) > READ_BYTES_MAX:
            raise damaged("its directory is too long")
        return data


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A sheet's name, and in which part of the archive it lies."""

    name: str
    part: str


@dataclass(slots=True, kw_only=True)
class Workbook:
    """An open workbook. `dates` says of each style that is of a date which kind: date, datetime, time, timedelta."""

    archive: zipfile.ZipFile
    bytes_max: int
    sheets: tuple[Sheet, ...] = ()
    dates: dict[int, str] = field(default_factory=dict)
    since_1904: bool = False
    strings_part: str = ""
    macros: bool = False

    def sheet(self, name: str) -> Sheet:
        """Return the sheet of this name, the first for "". Raise FileRefused if there is none."""
        found = next((sheet for sheet in self.sheets if name in ("", sheet.name)), None)
        if found is None:
            raise FileRefused(
                Words("The workbook has no sheet {name}.", {"name": named(name)}),
                Words("Choose one of the sheets that it has."),
            )
        return found

    def open(self, part: str, bytes_max: int = 0) -> Iterator[bytes]:
        """Yield a part unpacked, piece by piece. Raise FileRefused if it is absent, broken or longer than it may be."""
        most = bytes_max or self.bytes_max
        read = 0
        try:
            with self.archive.open(part) as file:
                _check_size(part, self.archive.getinfo(part).file_size, most)
                for piece in pieces(file):
                    read += len(piece)
                    _check_size(part, read, most)
                    yield piece
        except KeyError as error:
            raise damaged("it has no part {part}", part=part[:80]) from error
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
            raise damaged("its part {part} cannot be unpacked", part=part[:80]) from error


def _check_size(part: str, size_bytes: int, most: int) -> None:
    if size_bytes > most:
        raise FileRefused(
            Words(
                "{part} of the workbook unpacks to more than {most:,.0f} MB.", {"part": part[:80], "most": most / 1e6}
            ),
            SMALLER,
        )


@contextmanager
def open_workbook(path: Path, bytes_max: int) -> Iterator[Workbook]:
    """Open a workbook. Raise FileRefused for what is none, is encrypted, or holds a part larger than `bytes_max`."""
    with _Guarded(path) as file:
        _check_is_zip(file)
        try:
            archive = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
            raise damaged("it ends too early, or is no zip archive") from error
        with archive:
            yield _understood(archive, bytes_max)


def _check_is_zip(file: IO[bytes]) -> None:
    head = file.read(OLE_BYTES_LOOKED_AT)
    file.seek(0)
    if not head.startswith(OLE):
        return
    if "EncryptedPackage".encode("utf-16-le") in head or _ends_encrypted(file):
        raise FileRefused(Words("The workbook is protected by a password."), SAVE_PLAIN)
    raise FileRefused(Words("The file is a workbook of the old format .xls."), SAVE_PLAIN)


def _ends_encrypted(file: IO[bytes]) -> bool:
    """Return whether the directory at the end of the compound file names an encrypted package."""
    size = file.seek(0, 2)
    file.seek(max(0, size - OLE_BYTES_LOOKED_AT))
    tail = file.read(OLE_BYTES_LOOKED_AT)
    file.seek(0)
    return "EncryptedPackage".encode("utf-16-le") in tail


class _Elements:
    """Collects the attributes of the elements of some names, each beside its parent's name."""

    def __init__(self, *names: str) -> None:
        self.names = frozenset(names)
        self.found: list[tuple[str, str, dict[str, str]]] = []
        self.open: list[str] = [""]

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name in self.names:
            local = {key.rpartition(":")[2]: value for key, value in attributes.items()}
            self.found.append((self.open[-1], name, local))
            if len(self.found) > STYLES_MAX:
                raise damaged("it has too many styles or sheets")
        self.open.append(name)

    def end(self, name: str) -> None:  # noqa: ARG002  # the shape of a handler
        self.open.pop()

    def text(self, text: str) -> None:
        """Take no text."""


def _elements(book: Workbook, part: str, *names: str) -> list[tuple[str, str, dict[str, str]]]:
    handler = _Elements(*names)
    run(book.open(part, PART_BYTES_MAX), handler)
    return handler.found


def run(source: Iterator[bytes], handler: Handler) -> None:
    """Tell the handler of a whole document."""
    for _ in parse(source, handler):
        pass


def _understood(archive: zipfile.ZipFile, bytes_max: int) -> Workbook:
    book = Workbook(archive=archive, bytes_max=bytes_max)
    present = frozenset(archive.namelist())
    main = next(iter(_related(book, "", "officeDocument").values()), "") if "_rels/.rels" in present else ""
    if main.endswith(".bin"):
        raise FileRefused(Words("The workbook is of the binary format .xlsb."), SAVE_PLAIN)
    if main not in present or not main.endswith(".xml"):
        raise FileRefused(Words("The file is a zip archive, but no workbook."), SAVE_PLAIN)
    book.macros = any(name.endswith("vbaProject.bin") for name in present)
    sheets = _related(book, main, "worksheet")
    elements = _elements(book, main, "sheet", "workbookPr")
    book.since_1904 = any(a.get("date1904", "") in ("1", "true") for _, name, a in elements if name == "workbookPr")
    book.sheets = tuple(
        Sheet(name=a.get("name", ""), part=sheets[a["id"]])
        for _, name, a in elements
        if name == "sheet" and sheets.get(a.get("id", "")) in present
    )
    if not book.sheets or len(book.sheets) > SHEETS_MAX:
        raise damaged("it has {sheets:,} sheets", sheets=len(book.sheets))
    book.strings_part = next((part for part in _related(book, main, "sharedStrings").values() if part in present), "")
    styles = next((part for part in _related(book, main, "styles").values() if part in present), "")
    book.dates = _dates(book, styles) if styles else {}
    return book


def _related(book: Workbook, part: str, kind: str) -> dict[str, str]:
    """Return what a part is related to by this kind: parts of the archive by their ids."""
    folder, _, name = part.rpartition("/")
    path = f"{folder}/_rels/{name}.rels".lstrip("/")
    found = _elements(book, path, "Relationship")
    return {
        a.get("Id", ""): _resolved(folder, a.get("Target", ""))
        for _, _, a in found
        if a.get("Type", "").endswith(f"/{kind}") and a.get("TargetMode") != "External"
    }


def _resolved(folder: str, target: str) -> str:
    steps = [] if target.startswith("/") else folder.split("/")
    for step in target.split("/"):
        if step == "..":
            steps = steps[:-1]
        elif step not in ("", "."):
            steps.append(step)
    return "/".join(steps).lstrip("/")


def _dates(book: Workbook, part: str) -> dict[int, str]:
    elements = _elements(book, part, "numFmt", "xf")
    codes = dict(BUILTIN_FORMATS)
    codes.update({_number(a, "numFmtId"): a.get("formatCode", "") for _, name, a in elements if name == "numFmt"})
    styles = [_number(a, "numFmtId") for parent, name, a in elements if name == "xf" and parent == "cellXfs"]
    kinds = {style: _kind(codes.get(number, "")) for style, number in enumerate(styles)}
    return {style: kind for style, kind in kinds.items() if kind}


def _number(attributes: dict[str, str], name: str) -> int:
    text = attributes.get(name, "0")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _kind(code: str) -> str:
    if not code or len(code) > 1_000:
        return ""
    return "timedelta" if is_timedelta_format(code) else is_datetime(code) or ""
