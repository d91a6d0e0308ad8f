"""CSV as a source: what is read quickly is what is read with care, and each row has its line."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worker.batch.errors import FileRefused
from worker.batch.formats import csv as csv_format
from worker.batch.formats.csv import CsvBlock, CsvSource
from worker.contract.batch import ColumnFound, FileFormat, Understanding

CELLS = st.sampled_from(["", "1", "-2.5", "x", "a,b", 'say ""hi""', "line\nbreak", "é", "line\r\nbreak", " "])


def understood(*names: str, separator: str = ",", decimal: str = ".") -> Understanding:
    columns = tuple(ColumnFound(name=name) for name in names)
    return Understanding(format=FileFormat.CSV, separator=separator, decimal=decimal, columns=columns)


@pytest.fixture
def source(tmp_path, monkeypatch):
    def source(content: bytes, *names: str) -> CsvSource:
        monkeypatch.setattr(csv_format, "CHUNK_BYTES_MIN", 1)
        (tmp_path / "input").write_bytes(content)
        return CsvSource(tmp_path / "input", understood(*names), 0)

    return source


def rows_of(source: CsvSource, rows_of_chunk: int) -> list[bytes]:
    return [record for chunk in source.cut(rows_of_chunk) for record in source.read(chunk).records]


def columns_of(block: CsvBlock) -> list[list[str]]:
    return [block.text(at).to_list() for at in range(len(block.understanding.columns))]


@settings(deadline=None, max_examples=60)
@given(rows=st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=6), end=st.sampled_from(["\n", "\r\n"]))
def test_quick_and_careful_reading_agree(rows, end):
    data = "".join(",".join(f'"{cell}"' for cell in row) + end for row in rows).encode()
    quick, careful = (CsvBlock(data, len(rows), understood("a", "b")) for _ in range(2))
    careful.__dict__["_untidy"] = None
    assert quick._untidy is not None
    assert columns_of(quick) == columns_of(careful)
    assert quick.lengths == careful.lengths == {}


@pytest.mark.parametrize(
    ("data", "lengths"),
    [
        (b"1,2\n3\n", {1: 1}),
        (b"1,2,3\n4\n5,6\n", {0: 3, 1: 1}),
        (b"1\n2,3\n", {0: 1}),
        (b'"1"\n2,"3,4"\n', {0: 1}),
        (b'"1","2","3"\n"4"\n', {0: 3, 1: 1}),
        (b"1,2\n3,\n", {}),
    ],
)
def test_rows_of_another_length_are_told(data, lengths):
    assert CsvBlock(data, data.count(b"\n"), understood("a", "b")).lengths == lengths


def test_numbers_in_quotes_are_numbers():
    block = CsvBlock(b'"1,5";"x;y"\r\n"";"z"\r\n', 2, understood("a", "b", separator=";", decimal=","), {0})
    numbers = block.column(0).numbers
    assert numbers is not None
    assert numbers.to_list() == [1.5, None]
    assert block.column(0).text().to_list() == ["1,5", ""]


def test_carriage_return_within_a_cell_stays():
    block = CsvBlock(b'a\rb,"c\rd"\r\n', 1, understood("a", "b"))
    assert (block.cells(0), block.records) == (["a\rb", "c\rd"], [b'a\rb,"c\rd"'])


@pytest.mark.parametrize("rows_of_chunk", [1, 2, 100])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r\r\n"])
def test_empty_lines_between_rows_are_no_rows_and_are_counted(source, rows_of_chunk, end):
    found = source(end.join([b"1,2", b"", b'"x\ny",4', b"", b"", b"5,6", b"", b",", b""]), "a", "b")
    assert rows_of(found, rows_of_chunk) == [b"1,2", b'"x\ny",4', b"5,6"]
    lines = [
        line
        for chunk in found.cut(rows_of_chunk)
        for line in found.read(chunk).lines(2 + chunk.first_row + chunk.skipped)
    ]
    assert lines == [2, 4, 7]
    assert columns_of(found.sample(2))[1] == ["2", "4"]


def test_empty_lines_of_an_only_column_are_rows(source):
    found = source(b"\n1\n\n2\n\n\n", "a")
    assert rows_of(found, 2) == [b"", b"1", b"", b"2"]
    assert columns_of(found.sample(9)) == [["", "1", "", "2"]]


@pytest.mark.parametrize("content", [b"", b"\n\n", b",\r\n,\r\n"])
def test_nothing_but_separators_are_no_rows(source, content):
    assert (list(source(content, "a", "b").cut(1)), source(content, "a", "b").sample(5).row_count) == ([], 0)


@pytest.mark.parametrize("rows_of_chunk", [1, 3, 1000])
@pytest.mark.parametrize("stray", [b"", b'5" pipe,x\n'])
def test_quote_that_is_never_closed_is_refused_with_its_line(source, rows_of_chunk, stray):
    content = stray + b"1,2\n" * 50 + b'3,"4\n' + b"5,6\n" * 50
    with pytest.raises(FileRefused, match=f"The row in line {51 + bool(stray)} opens a quote that is never closed"):
        list(source(content, "a", "b").cut(rows_of_chunk))


def test_long_record_is_read_in_steps_that_double(source, monkeypatch):
    content = b'1,"' + b"x\n" * 100_000 + b'"\n2,3\n'
    assert sum(chunk.rows for chunk in source(content, "a", "b").cut(1)) == 2
    monkeypatch.setattr("worker.batch.formats.csv_cutting.RECORD_BYTES_MAX", 1000)
    with pytest.raises(FileRefused, match="longer than"):
        list(source(content, "a", "b").cut(1))


def test_last_row_needs_no_line_end(source):
    assert rows_of(source(b'1,2\n3,"4"', "a", "b"), 1) == [b"1,2", b'3,"4"']
