"""Parquet: columns keep their types, and no number is rounded on the way."""

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.batch.errors import FileRefused
from worker.batch.formats import parquet, parquet_footer
from worker.batch.formats.parquet import ParquetSource, TypedCells, look_at_parquet
from worker.batch.formats.parquet_footer import column_bytes_max
from worker.contract.batch import ColumnFound, FileFormat, Understanding

MOMENT = dt.datetime(2026, 11, 26, 13, 5, 9, 250_000)  # noqa: DTZ001  # a column without zones
COLUMNS = [
    (pl.Series([1.0, float("nan"), -2.5]), ["1", "", "-2.5"], [1.0, None, -2.5]),
    (pl.Series([0.1, None], dtype=pl.Float32), ["0.1", ""], [0.1, None]),
    (pl.Series([1, None, -3]), ["1", "", "-3"], [1.0, None, -3.0]),
    (pl.Series([2**53, 7], dtype=pl.UInt64), ["9007199254740992", "7"], [2.0**53, 7.0]),
    (pl.Series([2**53 + 1, 7]), ["9007199254740993", "7"], None),
    (pl.Series([Decimal("1.10"), None]), ["1.10", ""], [1.1, None]),
    (pl.Series([Decimal(2**60)]), [str(2**60)], None),
    (pl.Series([True, None, False]), ["true", "", "false"], None),
    (pl.Series(["x", None], dtype=pl.Categorical), ["x", ""], None),
    (pl.Series(["x", None], dtype=pl.Enum(["x"])), ["x", ""], None),
    (pl.Series([dt.date(2026, 11, 26), None]), ["2026-11-26", ""], None),
    (pl.Series([MOMENT, MOMENT.replace(microsecond=0)]), ["2026-11-26T13:05:09.250", "2026-11-26T13:05:09"], None),
    (pl.Series([MOMENT.replace(tzinfo=dt.UTC)]), ["2026-11-26T13:05:09.250+00:00"], None),
    (pl.Series([dt.time(8, 30), None]), ["08:30:00", ""], None),
    (pl.Series([dt.timedelta(hours=2), None]), ["2:00:00", ""], None),
    (pl.Series([[1, None], None, []]), ["[1,null]", "", "[]"], None),
    (pl.Series([{"a": 'é"'}]), ['{"a":"é\\""}'], None),
    (pl.Series([b"\x00\xff", None]), ["00ff", ""], None),
    (pl.Series([None, None]), ["", ""], None),
]


def understood(path, **features):
    columns = tuple(ColumnFound(name=name, feature=features.get(name, "")) for name in look_at_parquet(path).names)
    return Understanding(format=FileFormat.PARQUET, columns=columns)


@pytest.mark.parametrize(("column", "text", "numbers"), COLUMNS)
def test_each_type_has_its_text_and_numbers(column, text, numbers):
    cells = TypedCells(column)
    assert cells.text().to_list() == text
    assert (cells.numbers if cells.numbers is None else cells.numbers.to_list()) == numbers


def test_chunks_join_to_the_file(tmp_path):
    frame = pl.DataFrame({"a": range(10), "b": ["é"] * 10})
    frame.write_parquet(tmp_path / "input", row_group_size=4)
    source = ParquetSource(tmp_path / "input", understood(tmp_path / "input"))
    chunks = list(source.cut(3))
    assert [(c.number, c.start, c.stop, c.rows, c.first_row) for c in chunks][-1] == (3, 9, 10, 1, 9)
    assert pl.concat(source.read(chunk).table() for chunk in chunks).equals(frame)


def test_chunks_of_large_rows_are_short(tmp_path, monkeypatch):
    monkeypatch.setattr(parquet, "CHUNK_BYTES_MAX", 1_000)
    pl.DataFrame({"a": ["x" * 400] * 10}).write_parquet(tmp_path / "input")
    assert next(ParquetSource(tmp_path / "input", understood(tmp_path / "input")).cut(10)).rows == 2


def test_a_look_tells_names_rows_and_the_first_of_them(tmp_path):
    pl.DataFrame({"a": range(30), "b": [None] * 30}).write_parquet(tmp_path / "input")
    look = look_at_parquet(tmp_path / "input")
    assert (look.names, look.rows) == (("a", "b"), 30)
    assert look.first_rows == tuple((str(number), "") for number in range(10))


def test_nested_values_are_carried_along_but_are_no_feature(tmp_path):
    pl.DataFrame({"a": [[1]]}).write_parquet(tmp_path / "input")
    assert len(list(ParquetSource(tmp_path / "input", understood(tmp_path / "input")).cut(5))) == 1
    with pytest.raises(FileRefused, match=r"Column 'a' holds List\(Int64\) in each cell"):
        list(ParquetSource(tmp_path / "input", understood(tmp_path / "input", a="age")).cut(5))


@pytest.mark.parametrize("kept", [0, 4, 100, -1, -40])
def test_what_is_cut_off_is_refused(tmp_path, kept):
    pl.DataFrame({"a": range(1_000)}).write_parquet(tmp_path / "input")
    (tmp_path / "input").write_bytes((tmp_path / "input").read_bytes()[:kept])
    with pytest.raises(FileRefused, match="no whole Parquet file"):
        look_at_parquet(tmp_path / "input")


def test_damaged_pages_are_refused(tmp_path):
    pl.DataFrame({"a": [f"text {number}" for number in range(1_000)]}).write_parquet(tmp_path / "input")
    source = ParquetSource(tmp_path / "input", understood(tmp_path / "input"))
    chunk = next(source.cut(1_000))
    data = (tmp_path / "input").read_bytes()
    (tmp_path / "input").write_bytes(data[:4] + b"\xff" * 500 + data[504:])
    with pytest.raises(FileRefused, match="no whole Parquet file"):
        source.read(chunk)


@pytest.mark.parametrize("columns", [1, 40])
def test_a_column_too_large_for_its_row_group_is_refused(tmp_path, monkeypatch, columns):
    words = [f"text {number}" for number in range(10_000)]
    frame = pl.DataFrame({f"column {at}": [at] * 10_000 for at in range(columns)} | {"words": words})
    frame.write_parquet(tmp_path / "input", row_group_size=4_000)
    largest = column_bytes_max(tmp_path / "input")
    assert 1_000 < largest < 200_000
    monkeypatch.setattr(parquet, "COLUMN_BYTES_MAX", largest - 1)
    with pytest.raises(FileRefused, match="A column takes more than"):
        look_at_parquet(tmp_path / "input")


def test_many_columns_come_in_their_order(tmp_path):
    frame = pl.DataFrame({f"column {at}": [at, -at] for at in range(50)})
    frame.write_parquet(tmp_path / "input")
    source = ParquetSource(tmp_path / "input", understood(tmp_path / "input"))
    assert source.read(next(source.cut(5))).table().equals(frame)


def test_a_footer_too_long_is_refused(tmp_path, monkeypatch):
    pl.DataFrame({f"column {at}": [at] for at in range(500)}).write_parquet(tmp_path / "input")
    monkeypatch.setattr(parquet_footer, "FOOTER_BYTES_MAX", 1_000)
    with pytest.raises(FileRefused, match="The list of columns and row groups is longer than"):
        look_at_parquet(tmp_path / "input")


@given(st.binary(max_size=300))
def test_a_footer_that_makes_no_sense_tells_nothing(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("footer") / "input"
    path.write_bytes(b"PAR1" + data + len(data).to_bytes(4, "little") + b"PAR1")
    assert column_bytes_max(path) >= 0


def test_a_file_without_columns_is_refused(tmp_path):
    pl.DataFrame().write_parquet(tmp_path / "input")
    with pytest.raises(FileRefused, match="has 0 columns"):
        look_at_parquet(tmp_path / "input")
