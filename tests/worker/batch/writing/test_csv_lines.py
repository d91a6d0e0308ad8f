"""CSV with answers: lines as they were, in their encoding, and nothing that a spreadsheet program would run."""

import polars as pl
import pytest

from worker.batch.formats.csv import CsvBlock
from worker.batch.formats.csv_records import record_ends
from worker.batch.writing.csv_lines import CsvLinesWriter
from worker.contract.batch import ColumnFound, FileFormat, Understanding


def understood(separator: str = ",", encoding: str = "utf-8", decimal: str = ".") -> Understanding:
    columns = (ColumnFound(name="a"), ColumnFound(name="b"))
    return Understanding(
        format=FileFormat.CSV, separator=separator, encoding=encoding, decimal=decimal, columns=columns
    )


def written(data: bytes, understanding: Understanding, *answers: object, header: bytes = b"a,b\n") -> bytes:
    count = len(record_ends(data, understanding.separator))
    block = CsvBlock(data, count, understanding)
    frame = pl.DataFrame({"p": answers or ["yes"] * count})
    return CsvLinesWriter(header, understanding, ["p"]).lines(block, frame)


@pytest.mark.parametrize("cell", ["=1+1", "@SUM(A1)", "-2+3", "+cmd|' /C calc'!A0"])
def test_cell_that_would_run_is_text_and_its_neighbours_stay(cell):
    assert written(f" x ,{cell}\n".encode(), understood()) == f" x ,'{cell},yes\n".encode()


def test_quoted_cell_that_would_run_is_text():
    assert written(b'"=1,2\n",x\n', understood()).startswith(b'"\'=1,2\n",x,yes')


@pytest.mark.parametrize("cell", ["-5", "+1.5e3", "-1 000,5", "+33 6 12", "-3 %", "'=1", "a=1"])
def test_what_does_not_run_stays_as_it_is(cell):
    assert written(f"{cell};x\n".encode(), understood(";")) == f"{cell};x;yes\n".encode()


def test_cells_beyond_the_header_do_not_run():
    assert written(b"1,2,=3\n4,5\n", understood()) == b"1,2,'=3,yes\n4,5,yes\n"


def test_answers_stand_in_their_columns_though_a_row_is_short():
    assert written(b"1\n3,4\n", understood()) == b"1,,yes\n3,4,yes\n"


@pytest.mark.parametrize("label", ["a,b", 'say "x"', "two\nlines", "re\rturn"])
def test_answer_is_quoted_where_it_must_be(label):
    quoted = '"' + label.replace('"', '""') + '"'
    assert written(b"1,2\r\n3,4\r\n", understood(), label, "x", header=b"a,b\r\n") == (
        f"1,2,{quoted}\r\n3,4,x\r\n".encode()
    )


def test_numbers_have_the_decimal_mark_of_the_file():
    assert written(b"1;2\n", understood(";", decimal=","), 0.25) == b"1;2;0,25\n"


def test_rows_end_as_the_header_does_though_a_cell_breaks_otherwise():
    assert written(b'"x\ny",2\r\n', understood(), header=b"a,b\r\n") == b'"x\ny",2,yes\r\n'


@pytest.mark.parametrize(
    ("encoding", "text", "expected"),
    [
        ("windows-1252", "é\u202f€", b"\xe9\xa0\x80"),
        ("windows-1252", "Ω", b"?"),
        ("utf-16-le", "é\u202f", "é\u202f".encode("utf-16-le")),
        ("utf-8-sig", "é", "é".encode()),
    ],
)
def test_text_is_in_the_encoding_of_the_file(tmp_path, encoding, text, expected):
    understanding = understood(encoding=encoding)
    block = CsvBlock(b"1,2\n", 1, understanding)
    CsvLinesWriter(b"a,b\n", understanding, ["p"]).write(block, pl.DataFrame({"p": [text]}), tmp_path / "part")
    assert expected in (tmp_path / "part").read_bytes()


@pytest.mark.parametrize(
    ("header", "start", "expected"),
    [
        (b"a,b\r\n", 0, b"a,b,'=p\r\n"),
        (b"sep=,\r\na,b\r\n", 7, b"sep=,\r\na,b,'=p\r\n"),
        (b"\n =x ,@y\n", 1, b"\n =x ,'@y,'=p\n"),
        (b'"=a\nb",b\n', 0, b"\"'=a\nb\",b,'=p\n"),
    ],
)
def test_header_is_kept_but_for_names_that_would_run(header, start, expected):
    assert CsvLinesWriter(header, understood(), ["=p"], start=start).head() == expected
