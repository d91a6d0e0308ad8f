"""Workbooks that are damaged, encrypted or made to exhaust whoever opens them are refused in a sentence."""

import zipfile
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.worker.batch.workbooks import pack, patch, rows_of, save, with_sheet
from worker.batch.errors import FileRefused
from worker.batch.formats import shared_strings, sheet_rows, workbook, xml_stream
from worker.batch.formats.xlsx import look_at_workbook

SHEET = "xl/worksheets/sheet1.xml"
HEADER = '<row><c t="str"><v>a</v></c></row>'


def refusal(path, bytes_max=1 << 24):
    with pytest.raises(FileRefused) as refused:
        (look_at_workbook(path, bytes_max=bytes_max), rows_of(path))
    return str(refused.value)


@pytest.mark.parametrize(
    ("sheet", "why"),
    [
        ('<sheetData><row r="3"/><row r="2"/></sheetData>', "row 2 does not stand where it should"),
        ('<sheetData><row r="99999999"/></sheetData>', "row 99999999 does not stand where it should"),
        ('<sheetData><row r="-1"/></sheetData>', "-1 stands where a whole number should"),
        ('<sheetData><row><c r="XFE1"><v>1</v></c></row></sheetData>', "more than 16,384 columns"),
        ('<sheetData><row><c r="AAAA1"><v>1</v></c></row></sheetData>', "AAAA is no column"),
        ("<sheetData><row><c><v>one</v></c></row></sheetData>", "a cell holds one as a number"),
        ('<sheetData><row><c t="s"><v>0</v></c></row></sheetData>', "a cell names a text that it does not have"),
        ('<sheetData><row><c t="z"><v>0</v></c></row></sheetData>', "a cell is of the unknown kind z"),
        ("<sheetData><row><c><v>1</v></row></sheetData>", "its XML breaks off at line 1"),
        ("<a>" * 200, "its elements are nested too deeply"),
    ],
)
def test_a_damaged_sheet_is_refused(tmp_path, sheet, why):
    assert why in refusal(with_sheet(tmp_path / "input", sheet))


def test_a_sheet_that_unpacks_too_far_is_refused(tmp_path):
    path = with_sheet(tmp_path / "input", f"<sheetData>{HEADER}{' ' * 2_000_000}</sheetData>")
    assert "unpacks to more than 1 MB" in refusal(path, bytes_max=1_000_000)


def test_a_directory_that_lies_about_sizes_is_found_out(tmp_path):
    path = with_sheet(tmp_path / "input", f"<sheetData>{HEADER}{' ' * 2_000_000}</sheetData>")
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo(SHEET).file_size
    path.write_bytes(path.read_bytes().replace(size.to_bytes(4, "little"), (900_000).to_bytes(4, "little")))
    assert "cannot be unpacked" in refusal(path, bytes_max=1_000_000)


def test_shared_strings_that_unpack_too_far_are_refused(tmp_path):
    cell = '<row><c t="s"><v>9</v></c></row>'
    path = with_sheet(tmp_path / "input", f"<sheetData>{HEADER}{cell}</sheetData>", "<si><t>x</t></si>" * 100_000)
    assert "unpacks to more than 1 MB" in refusal(path, bytes_max=1_000_000)


def test_too_many_shared_strings_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(shared_strings, "STRINGS_MAX", 10)
    cell = '<row><c t="s"><v>15</v></c></row>'
    path = with_sheet(tmp_path / "input", f"<sheetData>{HEADER}{cell}</sheetData>", "<si><t>x</t></si>" * 20)
    assert "more than 10 different texts" in refusal(path)


@pytest.mark.parametrize("cell", ['<c t="inlineStr"><is><t>{}</t></is></c>', '<c t="str"><v>{}</v></c>'])
def test_a_text_that_no_cell_holds_is_refused(tmp_path, monkeypatch, cell):
    monkeypatch.setattr(sheet_rows, "ROW_TEXT_MAX", 100_000)
    monkeypatch.setattr(shared_strings, "TEXT_MAX", 100_000)
    path = with_sheet(tmp_path / "input", f"<sheetData>{HEADER}<row>{cell.format('x' * 200_000)}</row></sheetData>")
    assert "holds more text than" in refusal(path)


def test_a_tag_without_end_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(xml_stream, "TOKEN_BYTES_MAX", 100_000)
    path = with_sheet(tmp_path / "input", f'<sheetData><row spans="{"x" * 1_000_000}"/></sheetData>')
    assert "its XML is not that of a spreadsheet" in refusal(path)


def test_ever_new_names_are_refused(tmp_path):
    names = "".join(f"<n{number}/>" for number in range(20_000))
    assert "its XML is not that of a spreadsheet" in refusal(with_sheet(tmp_path / "input", names))


def test_a_document_type_is_refused(tmp_path):
    path = save(tmp_path / "input", [["a"]])
    patch(path, SHEET, "<worksheet", '<!DOCTYPE w [<!ENTITY e "eeee">]><worksheet')
    assert "it declares a document type" in refusal(path)


def test_a_directory_too_long_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(workbook, "READ_BYTES_MAX", 100_000)
    path = pack(tmp_path / "input", {f"part number {number}": b"" for number in range(3_000)})
    assert "its directory is too long" in refusal(path)


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        ({"a.txt": b"hello"}, "a zip archive, but no workbook"),
        ({"_rels/.rels": b"<Relationships/>"}, "a zip archive, but no workbook"),
        ({"_rels/.rels": b'<R><Relationship Type="x/officeDocument" Target="xl/workbook.bin"/></R>'}, ".xlsb"),
        ({"_rels/.rels": b'<R><Relationship Type="x/officeDocument" Target="/xl/w.xml"/></R>'}, "no workbook"),
    ],
)
def test_other_archives_are_refused(tmp_path, parts, why):
    assert why in refusal(pack(tmp_path / "input", parts))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (workbook.OLE + b"\0" * 2000 + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
        (workbook.OLE + b"\0" * 700_000 + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
        (workbook.OLE + b"\0" * 2000, "the old format .xls"),
        (b"", "no zip archive"),
        (b"PK\x03\x04 and nothing more", "no zip archive"),
    ],
)
def test_what_is_no_archive_is_refused(tmp_path, content, why):
    (tmp_path / "input").write_bytes(content)
    assert why in refusal(tmp_path / "input")


def test_a_sheet_that_is_named_but_absent_is_refused(tmp_path):
    path = save(tmp_path / "input", [["a"]])
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist() if name != SHEET}
    assert "it has 0 sheets" in refusal(pack(path, parts))


@settings(deadline=None)  # the machine that runs it may be busy
@given(
    turned=st.lists(st.tuples(st.integers(0, 1 << 20), st.integers(1, 255)), max_size=3),
    kept=st.sampled_from([1, 0.99, 0.5]),
)
def test_whatever_is_cut_off_or_turned_over_is_read_or_refused(tmp_path_factory, turned, kept):
    path = save(tmp_path_factory.mktemp("turned") / "input", [["a", "b"], [1, "x"], [2, "y"]])
    whole = bytearray(path.read_bytes())
    for at, bits in turned:
        whole[at % len(whole)] ^= bits
    path.write_bytes(whole[: int(len(whole) * kept)])
    with suppress(FileRefused):
        rows_of(path)
