"""Reference data is read strictly: every refusal says where."""

import pytest

from worker.inspection.reference import CHUNK_ROWS, ROWS_MAX, read_reference
from worker.inspection.refusal import Refused


def read(tmp_path, data: bytes | str):
    path = tmp_path / "reference.csv"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return read_reference(path)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("", "The reference data is empty."),
        (" \n\n", "The reference data is empty."),
        ("a,b\n", "The reference data has a header, but no rows."),
        ("a,b,a\n1,2,3\n", "The reference data has the column 'a' more than once."),
        (",a\n0,1\n", "Column 1 of the reference data has no name."),
        ("a,b\n1,2\n3\n", "Row 2 of the reference data has 1 cells, the header 2 names."),
        ("a,b\n1,2\n3,4,5\n", "Row 2 of the reference data has 3 cells, the header 2 names."),
        ("a,b\n1,2\n\n3,4\n", "Row 2 of the reference data has 0 cells, the header 2 names."),
        ("a;b\n1;2\n", "The columns of the reference data are separated by semicolons."),
        ("a\tb\n1\t2\n", "The columns of the reference data are separated by tabs."),
        (b"a,b\n1,2\n3,\xe9\n", "The reference data is not UTF-8: line 3 has the byte 0xe9."),
        ('a,b\n"1,2\n', "The reference data is not CSV: line 2: unexpected end of data."),
        ("a," + "b" * 501 + "\n1,2\n", "Column 2 of the reference data has a name of 501 characters."),
    ],
)
def test_unsound_data_is_refused_with_its_place(tmp_path, data, message):
    with pytest.raises(Refused) as refused:
        read(tmp_path, data)
    assert refused.value.message == message
    assert refused.value.hint


def test_cells_are_text_and_empty_ones_are_missing(tmp_path):
    data = read(tmp_path, '\ufeffa,b\n"x\ny",\n"",007\n\n\n')
    assert data.to_dict(as_series=False) == {"a": ["x\ny", None], "b": [None, "007"]}


def test_a_quote_inside_a_cell_is_a_quote(tmp_path):
    assert read(tmp_path, 'a,b\n5" disk,x\n3" disk,"y ""z"""\n').rows() == [('5" disk', "x"), ('3" disk', 'y "z"')]


def test_long_data_is_read_whole(tmp_path):
    rows = CHUNK_ROWS * 2 + 1
    data = read(tmp_path, "a,b\n" + "".join(f"{row},\n" for row in range(rows)))
    assert data["a"].to_list() == [str(row) for row in range(rows)]
    assert data["b"].null_count() == rows


def test_too_many_rows_are_refused(tmp_path):
    with pytest.raises(Refused, match="more than 1,000,000 rows"):
        read(tmp_path, "a\n" + "1\n" * (ROWS_MAX + 1))


def test_lines_may_end_as_on_windows(tmp_path):
    assert read(tmp_path, "a,b\r\n1,2\r\n3,4\r\n").rows() == [("1", "2"), ("3", "4")]


def test_a_missing_value_in_an_only_column_is_an_empty_line(tmp_path):
    assert read(tmp_path, "a\n1\n\n3\n")["a"].to_list() == ["1", None, "3"]
