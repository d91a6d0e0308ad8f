"""JSON Lines: lines stay as they are but for what is added; other formats become objects."""

import datetime as dt
import json
from decimal import Decimal

import polars as pl
import pytest

from tests.worker.batch.results import json_block, layout_of, sheet_block, text_block, typed_block, write
from worker.batch.writing.jsonl import JsonLinesWriter, JsonlWriter
from worker.contract.batch import FileFormat

ADDED = b'"prediction":"yes","probability":0.5,"problem":null}\n'


@pytest.mark.parametrize(
    ("line", "written"),
    [
        (b'{"a": 1.50,  "z":"\\u00e9"}', b'{"a": 1.50,  "z":"\\u00e9",' + ADDED),
        (b' {"a":{}} \r', b'{"a":{},' + ADDED),
        (b"{ }", b"{" + ADDED),
        (b"{}", b"{" + ADDED),
        (b"[1]", b'{"unreadable":"[1]",' + ADDED),
        (b"", b'{"unreadable":"",' + ADDED),
        (b"\xff", b'{"unreadable":"\xef\xbf\xbd",' + ADDED),
    ],
)
def test_keys_are_added_before_the_brace_that_closes_a_line(tmp_path, line, written):
    assert write(JsonLinesWriter(), [json_block("a", line)], tmp_path).read_bytes() == written


def test_rows_of_parquet_become_objects(tmp_path):
    moment = dt.datetime(2026, 11, 26, 8)  # noqa: DTZ001  # a cell has no zone
    block = typed_block(
        a=[2**60], b=[float("nan")], c=[moment], d=[[1, None]], e=[Decimal("1.10")],
        f=[{"x": [True]}], g=pl.Series(["é"], dtype=pl.Categorical), h=[b"\xff"], i=[[dt.date(2026, 1, 2)]],
    )  # fmt: skip
    result = write(JsonlWriter(layout_of("abcdefghi", FileFormat.PARQUET)), [block], tmp_path).read_text()
    assert result == (
        '{"a":1152921504606846976,"b":null,"c":"2026-11-26T08:00:00","d":[1,null],"e":1.10,"f":{"x":[true]},'
        '"g":"é","h":"ff","i":"[\\"2026-01-02\\"]","prediction":"yes","probability":0.5,"problem":null}\n'
    )


def test_columns_of_text_that_are_numbers_in_all_chunks_become_numbers(tmp_path):
    blocks = [text_block("abc", ("1", "1.5", "1")), text_block("abc", ("2", None, "x"))]
    result = write(JsonlWriter(layout_of("abc", FileFormat.CSV)), blocks, tmp_path)
    rows = [json.loads(line) for line in result.read_text().splitlines()]
    assert [(row["a"], row["b"], row["c"]) for row in rows] == [(1, 1.5, "1"), (2, None, "x")]


def test_chunks_of_a_sheet_agree_on_types(tmp_path):
    blocks = [sheet_block("ab", (1, 1)), sheet_block("ab", (2.5, "x"))]
    result = write(JsonlWriter(layout_of("ab", FileFormat.XLSX)), blocks, tmp_path)
    rows = [json.loads(line) for line in result.read_text().splitlines()]
    assert [(row["a"], row["b"]) for row in rows] == [(1.0, "1"), (2.5, "x")]
