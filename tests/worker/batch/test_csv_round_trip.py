"""CSV to CSV: the rows that come back are the rows that went in, byte for byte, with the answers of the model."""

import csv
import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.worker.batch.jobs import job, told
from tests.worker.batch.shapes import minimal, quoted
from tests.worker.tables.signatures import number, text
from worker.batch.writing.formulas import defused_cell
from worker.contract.batch import Choice
from worker.models.answers import Answers
from worker.tables.reader import DOUBLE_MAX
from worker.tables.values import Unfit
from worker.tables.written_cells import CellRules, check_cell

FEATURES = (number("a", required=False), text("b", required=False))
HOSTILE = st.sampled_from(
    ['"', '""', "\n", "\r\n", "\r", ",", ";", "é", "\u202f", "=1", "+", "@", " ", "x", "1", "-2,5"]
)
TEXT = st.lists(HOSTILE, max_size=4).map("".join)
NUMBERS = st.sampled_from(["", "1", "-2.5", "1e3", "x", " 7 ", "1,5", "nan", "0x1"])
ROWS = st.lists(st.tuples(NUMBERS, TEXT, TEXT), min_size=1, max_size=12).filter(
    lambda rows: any(cell.strip() for cell in rows[-1])
)


def measure(table):
    """Answer with what can be foretold of each row by itself."""
    numbers, texts = table.columns
    lengths = np.array([len(each or "") for each in texts], float)
    return Answers(np.nan_to_num(numbers.astype(float)) + lengths)


MODEL = told(measure, FEATURES)
CHOICE = {",": Choice(separator=",", decimal="."), ";": Choice(separator=";", decimal=",")}


def cells_of(data: bytes, separator: str = ",", encoding: str = "utf-8") -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode(encoding), newline=""), delimiter=separator))


def written(rows, separator, end, quote) -> list[str]:
    return [separator.join(quote(cell, separator) for cell in row) for row in rows]


@pytest.fixture(scope="module")
def spool(tmp_path_factory):
    return tmp_path_factory.mktemp("spool")


@settings(max_examples=60, deadline=None)
@given(
    rows=ROWS,
    separator=st.sampled_from([",", ";", "\t", "|"]),
    end=st.sampled_from(["\n", "\r\n"]),
    quote=st.sampled_from([minimal, quoted]),
    rows_of_chunk=st.integers(1, 15),
    last=st.booleans(),
)
def test_rows_come_back_byte_for_byte_in_order(spool, rows, separator, end, quote, rows_of_chunk, last):
    lines = written(rows, separator, end, quote)
    content = end.join([separator.join(["a", "b", "c"]), *lines]) + (end if last else "")
    result = job(
        spool, content.encode(), MODEL, Choice(separator=separator, decimal="."), rows_of_chunk=rows_of_chunk
    ).run()
    data = result.data.decode()
    for line, row in zip(lines, rows, strict=True):
        if list(map(defused_cell, row)) == list(row):
            data = data[data.index(line + separator) + len(line) :]
    found = cells_of(result.data, separator)[1:]
    assert [row[:3] for row in found] == [list(map(defused_cell, row)) for row in rows]
    assert result.counts()[0] == len(rows)


@settings(max_examples=60, deadline=None)
@given(rows=ROWS, separator=st.sampled_from([",", ";"]), rows_of_chunk=st.integers(1, 15), blanks=st.booleans())
def test_answers_are_the_models_on_rows_that_are_read(spool, rows, separator, rows_of_chunk, blanks):
    between = "\r\n\r\n" if blanks else "\r\n"
    content = between.join([separator.join("abc"), *written(rows, separator, "", minimal)])
    result = job(spool, content.encode(), MODEL, CHOICE[separator], rows_of_chunk=rows_of_chunk).run()
    answers = [row[3:6] for row in cells_of(result.data, separator)[1:]]
    decimal = CHOICE[separator].decimal
    for row, (prediction, status, problem) in zip(rows, answers, strict=True):
        expected = foretold(row, decimal)
        assert status == ("invalid" if expected is None else "ok")
        assert (problem == "") == (expected is not None)
        assert (prediction == "") if expected is None else (float(prediction.replace(decimal, ".")) == expected)


def foretold(row, decimal):
    """Return the answer to a row whose cells are as they are, None if its number is none."""
    try:
        value = check_cell(FEATURES[0], row[0], CellRules(DOUBLE_MAX, decimal))
    except Unfit:
        return None
    return (value or 0.0) + len(row[1])


@settings(max_examples=25, deadline=None)
@given(rows=ROWS, rows_of_chunk=st.integers(1, 5), end=st.sampled_from(["\n", "\r\n"]))
def test_bytes_are_the_same_whatever_the_chunks(spool, rows, rows_of_chunk, end):
    content = end.join([",".join("abc"), *written(rows, ",", end, minimal)]).encode()
    whole, again, cut = (
        job(spool, content, MODEL, CHOICE[","], rows_of_chunk=size).run() for size in (1_000, 1_000, rows_of_chunk)
    )
    assert whole.data == again.data == cut.data
    assert whole.outcome.summary == cut.outcome.summary
    assert (whole.outcome.wrong_rows_bytes, whole.counts()) == (cut.outcome.wrong_rows_bytes, cut.counts())
