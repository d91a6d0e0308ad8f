"""Parquet reads as the CSV file of the same rows; what a table cannot hold is refused by its column."""

from datetime import date

import polars as pl
import pytest

from worker.inspection.columns import column_type
from worker.inspection.reference import read_reference
from worker.inspection.refusal import Refused

ROWS = pl.DataFrame(
    {
        "number": [1.5, float("nan"), 1e-9],
        "whole": [1, None, 3],
        "small": pl.Series([0.1, 0.2, 0.3], dtype=pl.Float32),
        "flag": [True, False, None],
        "word": ["a", "", "ü"],
        "kind": pl.Series(["x", "y", "x"], dtype=pl.Categorical),
        "day": [date(2026, 11, 23)] * 3,
    }
)


def test_a_parquet_file_reads_as_its_csv(tmp_path):
    ROWS.write_parquet(tmp_path / "reference")
    data = read_reference(tmp_path / "reference")
    assert set(data.dtypes) == {pl.String}
    assert data.rows() == [
        ("1.5", "1", "0.1", "true", "a", "x", "2026-11-23"),
        (None, None, "0.2", "false", None, "y", "2026-11-23"),
        ("1e-9", "3", "0.3", None, "ü", "x", "2026-11-23"),
    ]
    assert [column_type(data[name]).value for name in ("number", "whole", "flag", "word")] == [
        "number",
        "integer",
        "boolean",
        "category",
    ]


@pytest.mark.parametrize(
    ("column", "what"),
    [([[1], [2]], r"List\(Int64\)"), ([{"a": 1}] * 2, "Struct"), ([b"\x00"] * 2, "Binary")],
)
def test_nested_cells_are_refused_by_column(tmp_path, column, what):
    pl.DataFrame({"a": [1, 2], "b": column}).write_parquet(tmp_path / "reference")
    with pytest.raises(Refused, match=f"Column 'b' of the reference data holds {what}"):
        read_reference(tmp_path / "reference")


def test_what_is_cut_off_is_refused(tmp_path):
    ROWS.write_parquet(tmp_path / "whole")
    (tmp_path / "reference").write_bytes((tmp_path / "whole").read_bytes()[:-40])
    with pytest.raises(Refused, match="begins as Parquet, but cannot be read"):
        read_reference(tmp_path / "reference")


def test_no_rows_are_refused(tmp_path):
    ROWS.clear().write_parquet(tmp_path / "reference")
    with pytest.raises(Refused, match="has a header, but no rows"):
        read_reference(tmp_path / "reference")


def test_more_than_two_gigabytes_are_refused_unread(tmp_path):
    with (tmp_path / "reference").open("wb") as file:
        file.truncate(2_100_000_000)
    with pytest.raises(Refused, match=r"The reference data is 2\.1 GB; at most 2 GB are read\."):
        read_reference(tmp_path / "reference")
