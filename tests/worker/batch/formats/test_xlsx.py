"""Workbooks: cells keep their types, and what a person should know of the sheet is said."""

import datetime as dt

import openpyxl
import pytest

from tests.worker.batch.workbooks import pack, patch, rows_of, save, source_of, with_sheet
from worker.batch.errors import FileRefused
from worker.batch.formats import xlsx
from worker.batch.formats.cells import CellError
from worker.batch.formats.xlsx import MACROS, MERGED, UNCALCULATED, look_at_workbook

SHEET = "xl/worksheets/sheet1.xml"
EVERY_TYPE = (
    "text",
    3,
    3.5,
    True,
    dt.date(2026, 11, 26),
    dt.datetime(2026, 11, 26, 13, 5, 9),  # noqa: DTZ001  # a cell has no zone
    dt.time(8, 30),
    dt.timedelta(days=1, hours=2),
    None,
)


def test_cells_come_back_with_their_types(tmp_path):
    path = save(tmp_path / "input", [list("abcdefghi"), EVERY_TYPE])
    row = rows_of(path)[0]
    assert row == EVERY_TYPE
    assert list(map(type, row)) == list(map(type, EVERY_TYPE))


def test_cells_as_text_are_what_a_person_would_write(tmp_path):
    path = save(tmp_path / "input", [list("abcdefghi"), EVERY_TYPE])
    assert look_at_workbook(path).first_rows == (
        ("text", "3", "3.5", "true", "2026-11-26", "2026-11-26T13:05:09", "08:30:00", "1 day, 2:00:00", ""),
    )


def test_whole_numbers_have_no_point(tmp_path):
    path = save(tmp_path / "input", [["a"], [3.0], [1e15], [-0.5]])
    source = source_of(path)
    block = source.read(next(source.cut(10)))
    assert block.column(0).text().to_list() == ["3", "1000000000000000.0", "-0.5"]
    numbers = block.column(0).numbers
    assert numbers is not None
    assert numbers.to_list() == [3.0, 1e15, -0.5]


@pytest.mark.parametrize("other", [True, "x", dt.date(2026, 1, 1)])
def test_a_column_with_anything_but_numbers_has_only_text(tmp_path, other):
    source = source_of(save(tmp_path / "input", [["a"], [3], [other]]))
    assert source.read(next(source.cut(10))).column(0).numbers is None


def test_an_error_is_a_cell_of_its_own(tmp_path):
    path = with_sheet(
        tmp_path / "input",
        '<sheetData><row><c t="str"><v>a</v></c></row><row><c t="e"><v>#DIV/0!</v></c></row></sheetData>',
    )
    cell = rows_of(path)[0][0]
    assert cell == "#DIV/0!"
    assert isinstance(cell, CellError)


def test_shared_inline_and_escaped_texts_are_read(tmp_path):
    cells = '<c t="s"><v>1</v></c><c t="s"><v>0</v></c><c t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r></is></c>'
    strings = (
        "<si><t>é_x000D_</t></si><si><r><t>one</t></r><r><t xml:space='preserve'> two</t></r><rPh><t>x</t></rPh></si>"
    )
    header = "".join(f'<c t="str"><v>{name}</v></c>' for name in "abc")
    path = with_sheet(tmp_path / "input", f"<sheetData><row>{header}</row><row>{cells}</row></sheetData>", strings)
    assert rows_of(path) == [("one two", "é\r", "ab")]


def test_the_value_of_a_formula_is_the_one_last_calculated(tmp_path):
    path = save(tmp_path / "input", [["a", "b"], [2, "=A2*2"], [3, "=A3*2"]])
    patch(path, SHEET, "<f>A2*2</f><v />", "<f>A2*2</f><v>4</v>")
    assert rows_of(path) == [(2, 4), (3, None)]
    assert look_at_workbook(path).remarks == (UNCALCULATED,)


def test_a_formula_whose_value_is_an_empty_text_is_calculated(tmp_path):
    path = save(tmp_path / "input", [["a", "b"], [2, "=A2*2"]])
    patch(path, SHEET, '<c r="B2"><f>A2*2</f><v />', '<c r="B2" t="str"><f>A2*2</f><v></v>')
    assert look_at_workbook(path).remarks == ()


def test_merged_cells_are_remarked_on(tmp_path):
    book = openpyxl.Workbook()
    for row in (["a", "b"], ["both", None], [1, 2]):
        book.active.append(row)
    book.active.merge_cells("A2:B2")
    book.save(tmp_path / "input")
    assert rows_of(tmp_path / "input") == [("both", None), (1, 2)]
    assert look_at_workbook(tmp_path / "input").remarks == (MERGED,)


def test_macros_are_remarked_on(tmp_path):
    path = save(tmp_path / "input", [["a"], [1]])
    with openpyxl.reader.excel.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"macro")
    assert look_at_workbook(path).remarks == (MACROS,)


def test_each_sheet_can_be_chosen_hidden_ones_too(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["a"])
    hidden = book.create_sheet("Données 'cachées' & autres")
    hidden.append(["b"])
    hidden.append([5])
    hidden.sheet_state = "hidden"
    book.save(tmp_path / "input")
    look = look_at_workbook(tmp_path / "input", "Données 'cachées' & autres")
    assert look.sheets == ("Sheet", "Données 'cachées' & autres")
    assert (look.names, look.first_rows) == (("b",), (("5",),))


def test_a_sheet_that_is_not_there_is_refused(tmp_path):
    path = save(tmp_path / "input", [["a"]])
    with pytest.raises(FileRefused, match="The workbook has no sheet 'Ventes'"):
        look_at_workbook(path, "Ventes")


def test_an_empty_sheet_is_refused(tmp_path):
    with pytest.raises(FileRefused, match="The sheet 'Clients été' is empty"):
        look_at_workbook(save(tmp_path / "input", [[None], [""]]))


def test_the_table_may_begin_anywhere(tmp_path):
    rows: list[list[object]] = [
        [],
        [None, None, "a", None, "b"],
        [None, None, 1, 2, 3],
        [],
        [None, None, None, None, 6],
        [],
        [None],
    ]
    path = save(tmp_path / "input", rows)
    assert look_at_workbook(path).names == ("a", "", "b")
    assert rows_of(path) == [(1, 2, 3), (None, None, None), (None, None, 6)]


@pytest.mark.parametrize(("row", "cell"), [([1, 2, 3], "C3"), ([1, None, None, 4], "D3")])
def test_what_stands_beside_the_columns_is_refused_not_lost(tmp_path, row, cell):
    path = save(tmp_path / "input", [["a", "b"], [1, 2], row])
    with pytest.raises(FileRefused, match=f"Cell {cell} holds something, but its column has no name"):
        rows_of(path)


def test_chunks_join_to_the_sheet(tmp_path):
    path = save(tmp_path / "input", [["a"], *([number] for number in range(7))])
    chunks = list(source_of(path).cut(3))
    assert [(c.number, c.start, c.stop, c.rows, c.first_row) for c in chunks] == [
        (0, 0, 3, 3, 0),
        (1, 3, 6, 3, 3),
        (2, 6, 7, 1, 6),
    ]
    assert rows_of(path, rows_of_chunk=3) == [(number,) for number in range(7)]


def test_a_chunk_ends_early_where_there_is_much_text(tmp_path, monkeypatch):
    monkeypatch.setattr(xlsx, "TEXT_OF_CHUNK_MAX", 10)
    path = save(tmp_path / "input", [["a"], ["long text of 20 chars"], ["b"], ["c"]])
    assert [chunk.rows for chunk in source_of(path).cut(100)] == [1, 2]


def test_dates_count_from_1904_where_the_workbook_says_so(tmp_path):
    path = save(tmp_path / "input", [["a"], [dt.date(2026, 11, 26)]])
    patch(path, "xl/workbook.xml", "<workbookPr ", '<workbookPr date1904="1" ')
    assert rows_of(path) == [(dt.date(2030, 11, 27),)]


def test_a_sheet_of_another_prefix_is_read(tmp_path):
    path = save(tmp_path / "input", [["a"], [1]])
    sheet = (
        '<x:worksheet xmlns:x="http://purl.oclc.org/ooxml/spreadsheetml/main"><x:sheetData>'
        '<x:row><x:c t="inlineStr"><x:is><x:t>a</x:t></x:is></x:c></x:row><x:row><x:c><x:f>1+1</x:f></x:c></x:row>'
        "<x:row><x:c><x:v>7</x:v></x:c></x:row></x:sheetData></x:worksheet>"
    )
    with openpyxl.reader.excel.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    pack(path, {**parts, SHEET: sheet.encode()})
    assert rows_of(path) == [(None,), (7,)]
    assert look_at_workbook(path).remarks == (UNCALCULATED,)
