"""Parquet: one type for each column, whatever its chunks held."""

import datetime as dt

import polars as pl

from tests.worker.batch.results import ADDED, json_block, layout_of, sheet_block, text_block, typed_block, write
from worker.batch.formats.cells import CellError
from worker.batch.writing.parquet import ParquetWriter
from worker.contract.batch import FileFormat

DAY = dt.date(2026, 11, 26)


def result_of(names, kind, blocks, folder, **understood):
    return pl.read_parquet(write(ParquetWriter(layout_of(names, kind, **understood)), blocks, folder))


def test_types_of_parquet_stay(tmp_path):
    frame = pl.DataFrame(
        {
            "a": pl.Series([1, None], dtype=pl.UInt8),
            "b": pl.Series(["x", "y"], dtype=pl.Categorical),
            "c": [[1], []],
            "d": [DAY, None],
        }
    )
    blocks = [typed_block(**frame[:1].to_dict()), typed_block(**frame[1:].to_dict())]
    result = result_of("abcd", FileFormat.PARQUET, blocks, tmp_path)
    assert result.select("a", "b", "c", "d").equals(frame)
    assert result.select(*ADDED).schema == ADDED


def test_chunks_of_a_sheet_agree_on_types(tmp_path):
    names = ["whole", "number", "mixed", "empty", "late"]
    blocks = [
        sheet_block(names, (1, 2, 3, None, None)),
        sheet_block(names, (2, 2.5, "x", None, DAY)),
        sheet_block(names, (None, None, CellError("#N/A"), None, None)),
    ]
    result = result_of(names, FileFormat.XLSX, blocks, tmp_path)
    assert [str(kind) for kind in result.dtypes[:5]] == ["Int64", "Float64", "String", "String", "Date"]
    assert [row[:5] for row in result.rows()] == [
        (1, 2.0, "3", None, None),
        (2, 2.5, "x", None, DAY),
        (None, None, "#N/A", None, None),
    ]


def test_columns_of_text_that_are_numbers_in_all_chunks_become_numbers(tmp_path):
    blocks = [text_block("abcd", ("1", "1,5", "007", "1")), text_block("abcd", (None, "2", "8", "x"))]
    result = result_of("abcd", FileFormat.CSV, blocks, tmp_path, decimal=",")
    assert [row[:4] for row in result.rows()] == [(1, 1.5, "007", "1"), (None, 2.0, "8", "x")]


def test_text_of_json_stays_text(tmp_path):
    result = result_of("ab", FileFormat.JSONL, [json_block("ab", b'{"a":"1","b":1}', b"[]")], tmp_path)
    assert [row[:2] for row in result.rows()] == [("1", 1), (None, None)]


def test_the_same_rows_make_the_same_file(tmp_path):
    blocks = [sheet_block("a", *((number,) for number in range(5_000))) for _ in range(50)]
    results = []
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        writer = ParquetWriter(layout_of("a", FileFormat.XLSX))
        results.append(write(writer, blocks, tmp_path / folder).read_bytes())
    assert results[0] == results[1]


def test_no_rows_are_columns_all_the_same(tmp_path):
    result = result_of("a", FileFormat.CSV, [], tmp_path)
    assert (result.height, result.columns) == (0, ["a", *ADDED])
