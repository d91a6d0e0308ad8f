"""JSON Lines: an object a line; what is none is a row with a problem."""

import pytest

from worker.batch.errors import FileRefused
from worker.batch.formats import jsonl
from worker.batch.formats.jsonl import EMPTY, NO_OBJECT, JsonlSource, look_at_lines
from worker.contract.batch import ColumnFound, FileFormat, Understanding


def source_of(path, content):
    path.write_bytes(content)
    columns = tuple(ColumnFound(name=name) for name in look_at_lines(path).names)
    return JsonlSource(path, Understanding(format=FileFormat.JSONL, columns=columns))


def block_of(tmp_path, content):
    source = source_of(tmp_path / "input", content)
    return source.read(next(source.cut(100)))


def test_the_columns_are_the_keys_in_the_order_in_which_they_are_met(tmp_path):
    (tmp_path / "input").write_bytes(b'{"b":1}\n{"a":2,"b":3}\n\n[]\n{"c":null}\n')
    look = look_at_lines(tmp_path / "input")
    assert look.names == ("b", "a", "c")
    assert look.first_rows == (("1", "", ""), ("3", "2", ""), ("", "", ""))


def test_a_value_as_text_is_as_it_is_written(tmp_path):
    values = ['"\\u00e9\\n"', "1.50", "-0", "1E5", "true", "null", '{"x": [1,  2]}', "12345678901234567890"]
    block = block_of(tmp_path, "".join(f'{{"a": {value}}}\n' for value in values).encode())
    assert block.column(0).text().to_list() == ["é\n", "1.50", "-0", "1E5", "true", "", *values[-2:]]


@pytest.mark.parametrize(
    ("values", "numbers"),
    [
        (["1", "2.5", "null", "1E5"], [1.0, 2.5, None, 1e5]),
        (["0.1", "1e999"], [0.1, float("inf")]),
        (["1", '"2"'], None),
        (["1", "true"], None),
        (["1", "[1]"], None),
        (["9007199254740993"], None),
    ],
)
def test_numbers_are_there_where_all_are_numbers_and_exact(tmp_path, values, numbers):
    cells = block_of(tmp_path, "".join(f'{{"a":{value}}}\n' for value in values).encode()).column(0)
    assert (cells.numbers if cells.numbers is None else cells.numbers.to_list()) == numbers


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"", EMPTY),
        (b" \t\r", EMPTY),
        (b"[1]", NO_OBJECT),
        (b"{", NO_OBJECT),
        (b'{"a":NaN}', NO_OBJECT),
        (b'{"a":1} {"a":2}', NO_OBJECT),
        (b'{"a":"\xff"}', NO_OBJECT),
        (b'{"a":"\\ud800"}', NO_OBJECT),
        (b'{"a":' + b"[" * 50_000 + b"]" * 50_000 + b"}", NO_OBJECT),
    ],
)
def test_a_line_that_is_no_object_is_broken(tmp_path, line, why):
    block = block_of(tmp_path, b'{"a":1}\n' + line + b'\n{"a":3}\n')
    assert dict(block.broken) == {1: why}
    assert block.column(0).text().to_list() == ["1", "", "3"]


@pytest.mark.parametrize("end", [b"", b"\n", b"\n\n \n\r\n"])
def test_empty_lines_at_the_end_are_no_rows(tmp_path, end):
    source = source_of(tmp_path / "input", b'{"a":1}\r\n{"a":2}' + end)
    chunks = list(source.cut(100))
    assert [chunk.rows for chunk in chunks] == [2]
    assert source.read(chunks[0]).broken == {}


def test_a_file_that_ends_in_much_nothing_ends_with_its_last_row(tmp_path):
    assert len(list(source_of(tmp_path / "input", b'{"a":1}' + b"\n" * 200_000).cut(1))) == 1


def test_chunks_join_to_the_file(tmp_path):
    content = b"".join(b'{"a":%d}\n' % number for number in range(10))
    source = source_of(tmp_path / "input", b"\xef\xbb\xbf" + content)
    chunks = list(source.cut(4))
    assert [(c.number, c.rows, c.first_row) for c in chunks] == [(0, 4, 0), (1, 4, 4), (2, 2, 8)]
    lines = [line for chunk in chunks for line in source.read(chunk).lines]
    assert b"".join(line + b"\n" for line in lines) == content


def test_chunks_of_long_lines_are_short(tmp_path, monkeypatch):
    monkeypatch.setattr(jsonl, "CHUNK_BYTES_MAX", 15)
    assert [chunk.rows for chunk in source_of(tmp_path / "input", b'{"a":1}\n' * 5).cut(100)] == [2, 2, 1]


def test_keys_that_are_first_met_late_are_no_columns(tmp_path, monkeypatch):
    monkeypatch.setattr(jsonl, "LINES_LOOKED_AT", 1)
    block = block_of(tmp_path, b'{"a":1}\n{"a":2,"b":3}\n')
    assert block.table().to_dict(as_series=False) == {"a": [1, 2]}


def test_a_line_too_long_is_refused(tmp_path, monkeypatch):
    source = source_of(tmp_path / "input", b'{"a":1}\n{"a":"' + b"x" * 100 + b'"}')
    monkeypatch.setattr(jsonl, "LINE_BYTES_MAX", 50)
    with pytest.raises(FileRefused, match="Line 2 is longer than"):
        list(source.cut(10))


def test_a_file_without_an_object_is_refused(tmp_path):
    with pytest.raises(FileRefused, match="None of the first lines"):
        source_of(tmp_path / "input", b"[1]\n[2]\n")


def test_a_table_is_typed_where_the_values_are(tmp_path):
    block = block_of(tmp_path, b'{"i":1,"f":1.5,"b":true,"s":"x","m":1,"n":null}\n{"i":2,"f":2,"m":"1"}\n')
    assert [str(kind) for kind in block.table().dtypes] == ["Int64", "Float64", "Boolean", "String", "String", "Null"]
    assert block.table().rows() == [(1, 1.5, True, "x", "1", None), (2, 2.0, None, None, "1", None)]
