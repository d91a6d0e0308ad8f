"""Workbooks for tests, some of them as no program writes them."""

import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import openpyxl

from worker.batch.formats.xlsx import XlsxSource, look_at_workbook
from worker.contract.batch import ColumnFound, FileFormat, Understanding

NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def save(path: Path, rows: Iterable[Sequence[object]], title: str = "Clients été", *, formulas: bool = True) -> Path:
    """Save a workbook of one sheet with these rows; unless `formulas`, a text that begins with = is text."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    for cell in () if formulas else (cell for row in sheet for cell in row if cell.data_type == "f"):
        cell.data_type = "s"
    book.save(path)
    return path


def patch(path: Path, part: str, before: str, after: str) -> Path:
    """Replace text in a part of a workbook."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert before.encode() in parts[part], f"{before} does not stand in {parts[part]!r}"
    parts[part] = parts[part].replace(before.encode(), after.encode())
    return pack(path, parts)


def pack(path: Path, parts: dict[str, bytes]) -> Path:
    """Write an archive of these parts."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


def with_sheet(path: Path, data: str, strings: str = "") -> Path:
    """Save a workbook whose sheet is this XML between its root's tags, its shared strings these."""
    save(path, [["a"]])
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/worksheets/sheet1.xml"] = f'<worksheet xmlns="{NAMESPACE}">{data}</worksheet>'.encode()
    if strings:
        parts["xl/sharedStrings.xml"] = f'<sst xmlns="{NAMESPACE}">{strings}</sst>'.encode()
        kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
        relation = f'<Relationship Id="rIdS" Type="{kind}" Target="sharedStrings.xml"/></Relationships>'
        relations = "xl/_rels/workbook.xml.rels"
        parts[relations] = parts[relations].replace(b"</Relationships>", relation.encode())
    return pack(path, parts)


def understood(path: Path, sheet: str = "") -> Understanding:
    """Return the understanding of a workbook."""
    look = look_at_workbook(path, sheet)
    columns = tuple(ColumnFound(name=name) for name in look.names)
    return Understanding(format=FileFormat.XLSX, sheet=look.sheet, sheets=look.sheets, columns=columns)


def source_of(path: Path, sheet: str = "") -> XlsxSource:
    """Return the source for a workbook, its directory beside it."""
    return XlsxSource(path, understood(path, sheet), path.parent)


def rows_of(path: Path, sheet: str = "", rows_of_chunk: int = 2) -> list[tuple[object, ...]]:
    """Return all rows of a sheet, read chunk by chunk."""
    source = source_of(path, sheet)
    blocks = [source.read(chunk) for chunk in source.cut(rows_of_chunk)]
    return [row for block in blocks for row in zip(*block.columns, strict=True)]
