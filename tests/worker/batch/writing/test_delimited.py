"""CSV of other formats: quoted where need be, in the person's own separator, and no formulas."""

import datetime as dt

import pytest

from tests.worker.batch.results import layout_of, sheet_block, typed_block, write
from worker.batch.writing.delimited import CsvWriter
from worker.contract.batch import FileFormat

HEADER = "a,b,prediction,probability,problem\n"


def text_of(layout, block, folder, **columns):
    return write(CsvWriter(layout), [block], folder, **columns).read_bytes().decode()


def test_cells_are_written_as_their_text(tmp_path):
    rows = [(1, "é"), (2.5, 'say "hi", then'), (True, "line\nbreak"), (dt.date(2026, 1, 2), None)]
    assert text_of(layout_of("ab", FileFormat.XLSX), sheet_block("ab", *rows), tmp_path) == (
        HEADER + '1,é,yes,0.5,\n2.5,"say ""hi"", then",yes,0.5,\ntrue,"line\nbreak",yes,0.5,\n2026-01-02,,yes,0.5,\n'
    )


def test_separator_and_decimal_are_the_persons(tmp_path):
    layout = layout_of("ab", FileFormat.PARQUET, separator=";", decimal=",")
    result = text_of(layout, typed_block(a=[-1.5, 2.0], b=["x;y", "1,5"]), tmp_path)
    assert result == 'a;b;prediction;probability;problem\n-1,5;"x;y";yes;0,5;\n2;1,5;yes;0,5;\n'


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_text_is_a_formula(tmp_path, text):
    layout = layout_of([text, "b"], FileFormat.PARQUET)
    result = text_of(layout, typed_block(**{text: [text], "b": [-1]}), tmp_path, prediction=[text])
    assert result.count("'" + text) == 3
    assert ",-1," in result


@pytest.mark.parametrize("text", ["-5", "+1.5e3", "-,5"])
def test_a_number_written_as_text_stays_one(tmp_path, text):
    result = text_of(layout_of("ab", FileFormat.PARQUET), typed_block(a=[text], b=["-x"]), tmp_path)
    assert text in result
    assert "'-x" in result
    assert "'" + text not in result


def test_no_rows_are_a_header(tmp_path):
    assert write(CsvWriter(layout_of("ab", FileFormat.XLSX)), [], tmp_path).read_text() == HEADER
