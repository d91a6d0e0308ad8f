"""Makes the workbook around the rows of a sheet: everything but what stands below the header."""

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from worker.batch.writing.sheet_xml import Looks, writable

SHEET_PART: Final = "xl/worksheets/sheet1.xml"
MADE_AT: Final = (1980, 1, 1, 0, 0, 0)
"""The same rows make the same file, so none of its times is that of the clock."""

LARGE_BYTES: Final = 1 << 31
WIDTH_MIN: Final = 8
WIDTH_MAX: Final = 60
TITLE_MAX: Final = 31
_NO_TITLE: Final = re.compile(r"[\[\]:*?/\\\x00-\x1f\ufffe\uffff]")
_ADDED: Final = PatternFill("solid", fgColor="FFEAF2FB")
_FORMATS: Final[Mapping[str, str]] = {
    "plain": "General",
    "quoted": "@",
    "date": "yyyy-mm-dd",
    "datetime": "yyyy-mm-dd hh:mm:ss",
    "time": "hh:mm:ss",
    "timedelta": "[h]:mm:ss",
}
PLAIN: Final = Looks(plain=0, quoted=1, date=2, datetime=3, time=4, timedelta=5)
ADDED: Final = Looks(plain=6, quoted=7, date=8, datetime=9, time=10, timedelta=11)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What a sheet is to look like: names of the columns, the last `added` of them added, and how wide each is."""

    title: str
    names: Sequence[str]
    added: int
    widths: Sequence[int]
    rows: int
    size_bytes: int


def write_workbook(target: Path, frame: Frame, rows: Iterable[bytes]) -> None:
    """Write a workbook whose sheet has these rows, as XML, below its header."""
    with zipfile.ZipFile(io.BytesIO(_without_rows(frame))) as template, zipfile.ZipFile(target, "w") as archive:
        for name in template.namelist():
            data = template.read(name)
            if name != SHEET_PART:
                archive.writestr(_entry(name), data, compresslevel=6)
                continue
            head, tail = _around_rows(data, frame)
            with archive.open(_entry(name), "w", force_zip64=frame.size_bytes > LARGE_BYTES) as sheet:
                sheet.write(head)
                for row in rows:
                    sheet.write(row)
                sheet.write(tail)


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, MADE_AT)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    return entry


def _around_rows(data: bytes, frame: Frame) -> tuple[bytes, bytes]:
    """Return the sheet up to its header, and from the end of its rows on."""
    head, _, _ = data.partition(b'<row r="2"')
    _, end, tail = data.partition(b"</sheetData>")
    last = f"{get_column_letter(len(frame.names))}{frame.rows + 1}"
    return re.sub(rb'<dimension ref="[^"]*"', f'<dimension ref="A1:{last}"'.encode(), head), end + tail


def _without_rows(frame: Frame) -> bytes:
    """Return a workbook with the header, and in its second row one cell of each style."""
    book = Workbook()
    book.properties.created = book.properties.modified = dt.datetime(*MADE_AT)  # noqa: DTZ001  # a workbook has no zones
    book.properties.creator = "Bastide"
    sheet = book.active
    sheet.title = _NO_TITLE.sub(" ", frame.title).strip("' ")[:TITLE_MAX] or "Predictions"
    _write_styles(sheet)
    _write_header(sheet, frame)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(frame.names))}{frame.rows + 1}"
    for column, width in enumerate(frame.widths, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = min(WIDTH_MAX, max(WIDTH_MIN, width + 2))
    written = io.BytesIO()
    # Its `save` would write the time of the clock into the properties.
    ExcelWriter(book, zipfile.ZipFile(written, "w")).save()
    return written.getvalue()


def _write_header(sheet: Worksheet, frame: Frame) -> None:
    for column, name in enumerate(frame.names, start=1):
        cell: Cell = sheet.cell(1, column)
        cell.value = writable(name)
        if cell.value is not None:
            cell.data_type = "s"
        cell.font = Font(name="Calibri", size=11, bold=True)
        cell.alignment = Alignment(vertical="top", wrap_text=False)
        if column > len(frame.names) - frame.added:
            cell.fill = _ADDED


def _write_styles(sheet: Worksheet) -> None:
    """Give the cells of the second row the styles that `PLAIN` and `ADDED` name."""
    for column, (looks, name) in enumerate(((looks, name) for looks in (PLAIN, ADDED) for name in _FORMATS), start=1):
        cell = sheet.cell(2, column)
        cell.number_format = _FORMATS[name]
        cell.quotePrefix = name == "quoted"
        if looks is ADDED:
            cell.fill = _ADDED
        assert cell.style_id == getattr(looks, name), "The styles come in this order"
