"""Hostile JSON is refused in bounded time and memory, and briefly."""

import json

import pytest

from tests.worker.tables.signatures import MIXED, integer, number, signature
from tests.worker.tables.test_reader_json import refusal
from worker.tables.reader import RowReader

MILLIONS = 3_000_000
HOSTILE = {
    "deep lists": b"[" * MILLIONS,
    "deep rows": b'{"rows": ' + b"[" * MILLIONS,
    "deep values": b'{"rows": [[1, ' + b"[" * MILLIONS,
    "deep objects": b'{"rows": [{"x": ' + b'{"x":' * MILLIONS,
    "empty rows": b'{"rows": [' + b"{}," * MILLIONS + b"{}]}",
    "long row": b'{"rows": [[' + b"1," * MILLIONS + b"1]]}",
    "long number": b'{"rows": [[' + b"1" * MILLIONS + b"]]}",
    "long fraction": b'{"rows": [[1.' + b"1" * MILLIONS + b"1, 1.0" + b"0" * MILLIONS + b"1]]}",
    "long name": b'{"rows": [{"' + b"a" * MILLIONS + b'": 1}]}',
    "many names": b'{"rows": [{' + b",".join(b'"c%d": 1' % i for i in range(10_000)) + b"}]}",
    "spaces": b'{"rows": ' + b" " * MILLIONS,
    "quotes": b'{"rows": [["' + b"\\" * MILLIONS,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_bodies_are_refused_briefly(name: str):
    error = refusal(HOSTILE[name], RowReader(signature(number("x"), integer("y"))))
    assert len(repr(error)) < 20_000


def test_a_row_of_ten_thousand_columns_is_counted():
    body = json.dumps({"rows": [[1] * 10_000]})
    assert refusal(body, RowReader(MIXED)).error == "Row 1 has 10,000 values, and the model takes 6."


def test_reading_stops_in_a_row_without_end_and_says_so():
    error = refusal(b'{"rows": [[' + b"1," * 500_000 + b"1]]}")
    assert error.error.endswith("The rest of the body was not read.")
    assert "more than" in error.error
