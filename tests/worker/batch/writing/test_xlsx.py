"""Workbooks: what is written is what other programs read, and nothing in it is a formula."""

import datetime as dt
import io
import time

import openpyxl
import polars as pl
import pytest

from tests.worker.batch.results import json_block, layout_of, sheet_block, text_block, typed_block, write
from tests.worker.batch.workbooks import rows_of
from worker.batch.blocks import Block
from worker.batch.errors import FileRefused
from worker.batch.formats.cells import CellError
from worker.batch.writing import workbook
from worker.batch.writing.xlsx import XlsxWriter, check_fits_sheet
from worker.contract.batch import FileFormat

ADDED = ("yes", 0.5, None)
FORMULAS = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x")']


def opened(path):
    return openpyxl.load_workbook(io.BytesIO(path.read_bytes())).active


def test_cells_of_a_sheet_keep_their_types(tmp_path):
    moment = dt.datetime(2026, 11, 26, 13, 5, 9)  # noqa: DTZ001  # a cell has no zone
    row = (
        "text", 3, 3.5, True, dt.date(2026, 11, 26), moment, dt.time(8, 30),
        dt.timedelta(days=1, hours=2), None, CellError("#DIV/0!"),
    )  # fmt: skip
    names = [f"column {at}" for at in range(len(row))]
    result = write(XlsxWriter(layout_of(names, FileFormat.XLSX)), [sheet_block(names, row)], tmp_path)
    assert rows_of(result) == [(*row, *ADDED)]
    cells = list(opened(result)[2])
    assert [cell.data_type for cell in cells] == list("snnbddddnesnn")
    assert [cell.number_format for cell in cells[4:8]] == ["yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss", "hh:mm:ss", "[h]:mm:ss"]


def test_the_sheet_is_easy_to_read(tmp_path):
    names = ["name", "b"]
    layout = layout_of(names, FileFormat.XLSX, sheet="Clients été")
    rows = [("a long name indeed", number) for number in range(3)]
    sheet = opened(write(XlsxWriter(layout), [sheet_block(names, *rows)], tmp_path))
    assert (sheet.title, sheet.freeze_panes, sheet.auto_filter.ref) == ("Clients été", "A2", "A1:E4")
    assert [cell.value for cell in sheet[1]] == ["name", "b", "prediction", "probability", "problem"]
    assert all(cell.font.bold for cell in sheet[1])
    assert [cell.fill.fill_type for cell in sheet[2]] == [None, None, "solid", "solid", "solid"]
    assert [sheet.column_dimensions[letter].width for letter in "AB"] == [20, 8]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_is_a_formula(tmp_path, text):
    names = ["a" + text, text]
    blocks: dict[FileFormat, Block] = {
        FileFormat.XLSX: sheet_block(names, (text, 1)),
        FileFormat.CSV: text_block(names, (text, "1")),
        FileFormat.PARQUET: typed_block(**{names[0]: [text], names[1]: [1]}),
    }
    for kind, block in blocks.items():
        result = write(XlsxWriter(layout_of(names, kind)), [block], tmp_path, prediction=[text], problem=[text])
        header, cells = opened(result)
        assert [cell.data_type for cell in (*header, *cells)] == list("ssssssnsns")
        assert [bool(cell.quotePrefix) for cell in cells] == [True, False, True, False, True]
        assert cells[0].value == text


def test_negative_numbers_as_text_are_not_marked(tmp_path):
    cells = opened(write(XlsxWriter(layout_of("a", FileFormat.CSV)), [text_block("a", ("-5",), ("x",))], tmp_path))
    assert [bool(cell.quotePrefix) for cell in cells["A"]] == [False, False, False]


@pytest.mark.parametrize("text", ["bell \x07", "\ufffe", "_x0041_", " space ", "a\nb\rc\td", "<&>\"'", "é🙂"])
def test_any_text_comes_back(tmp_path, text):
    for folder, kind, block in (
        ("a", FileFormat.XLSX, sheet_block("a", (text,))),
        ("b", FileFormat.CSV, text_block("a", (text,))),
    ):
        (tmp_path / folder).mkdir()
        result = write(XlsxWriter(layout_of("a", kind)), [block], tmp_path / folder)
        assert rows_of(result) == [(text, *ADDED)]


@pytest.mark.parametrize("text", ["x" * 40_000, "🙂" * 20_000])
def test_a_text_too_long_is_cut_visibly(tmp_path, text):
    result = write(XlsxWriter(layout_of("a", FileFormat.CSV)), [text_block("a", (text,))], tmp_path)
    written = opened(result)["A2"].value
    assert len(written.encode("utf-16-le")) // 2 in (32_766, 32_767)
    assert written.endswith("…")
    assert text.startswith(written[:-1])


def test_columns_of_text_that_are_numbers_in_all_chunks_become_numbers(tmp_path):
    names = ["whole", "comma", "mixed", "postcode", "phone", "empty"]
    blocks = [
        text_block(names, ("1", "1,5", "1", "07000", "+33", None)),
        text_block(names, ("-20", "2e3", "x", "75001", "+1", None), (None, "3", "2", "1", "1", None)),
    ]
    result = write(XlsxWriter(layout_of(names, FileFormat.CSV, decimal=",")), blocks, tmp_path)
    assert [row[:6] for row in rows_of(result)] == [
        (1, 1.5, "1", "07000", "+33", None),
        (-20, 2000.0, "x", "75001", "+1", None),
        (None, 3, "2", "1", "1", None),
    ]


def test_no_number_is_rounded(tmp_path):
    block = typed_block(a=[2**53 + 1, 1], b=[float("inf"), float("nan")], c=[0.1, 1e-300])
    result = write(XlsxWriter(layout_of("abc", FileFormat.PARQUET)), [block], tmp_path)
    assert [row[:3] for row in rows_of(result)] == [("9007199254740993", "inf", 0.1), ("1", None, 1e-300)]


def test_types_of_parquet_are_kept(tmp_path):
    old = dt.date(1850, 1, 1)
    block = typed_block(
        a=[True, None], b=[dt.date(2026, 1, 2), old], c=[[1], []],
        d=pl.Series([dt.datetime(2026, 1, 2, 3, tzinfo=dt.UTC), None]),
    )  # fmt: skip
    result = write(XlsxWriter(layout_of("abcd", FileFormat.PARQUET)), [block], tmp_path)
    assert [row[:4] for row in rows_of(result)] == [
        (True, dt.date(2026, 1, 2), "[1]", dt.datetime(2026, 1, 2, 3)),  # noqa: DTZ001  # a cell has no zone
        (None, "1850-01-01", "[]", None),
    ]


def test_values_of_json_are_kept(tmp_path):
    block = json_block("ab", b'{"a":1,"b":true}', b"broken", b'{"a":2.5,"b":false}')
    result = write(XlsxWriter(layout_of("ab", FileFormat.JSONL)), [block], tmp_path)
    assert [row[:2] for row in rows_of(result)] == [(1, True), (None, None), (2.5, False)]


def test_the_same_rows_make_the_same_file(tmp_path):
    blocks = [sheet_block("ab", ("x", number)) for number in range(3)]
    results = []
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        results.append(write(XlsxWriter(layout_of("ab", FileFormat.XLSX)), blocks, tmp_path / folder).read_bytes())
        time.sleep(1.1)
    assert results[0] == results[1]


def test_no_rows_are_a_header(tmp_path):
    sheet = opened(write(XlsxWriter(layout_of("ab", FileFormat.XLSX)), [], tmp_path))
    assert [[cell.value for cell in row] for row in sheet] == [["a", "b", "prediction", "probability", "problem"]]


@pytest.mark.parametrize("title", ["", "[]:*?/\\", "'quoted'", "x" * 50, "bell\x07"])
def test_any_name_of_a_sheet_can_be_written(tmp_path, title):
    result = write(XlsxWriter(layout_of("a", FileFormat.XLSX, sheet=title)), [sheet_block("a", (1,))], tmp_path)
    assert 0 < len(opened(result).title) <= 31


def test_more_than_a_sheet_holds_is_refused_with_a_way_out():
    check_fits_sheet(1_048_575, 16_384)
    with pytest.raises(FileRefused, match="has 1,048,576 rows; a sheet has 1,048,575") as refused:
        check_fits_sheet(1_048_576, 1)
    assert str(refused.value.hint) == "Choose CSV or Parquet for the result."
    with pytest.raises(FileRefused, match="has 16,385 columns"):
        check_fits_sheet(1, 16_385)


def test_a_sheet_beyond_two_gigabytes_says_so_in_its_archive(tmp_path, monkeypatch):
    monkeypatch.setattr(workbook, "LARGE_BYTES", 1)
    result = write(XlsxWriter(layout_of("a", FileFormat.XLSX)), [sheet_block("a", (1,))], tmp_path)
    assert rows_of(result) == [(1, *ADDED)]
