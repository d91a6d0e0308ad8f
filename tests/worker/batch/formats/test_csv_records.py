"""Records end where a reader of CSV says that they do, however they are quoted and cut."""

import csv
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worker.batch.formats.csv_records import all_ends, are_blank, is_well_quoted, record_ends

PIECES = st.lists(st.sampled_from(['"', '""', ",", "\n", "\r\n", "a", "é", ' "', '"\n', ',"']), max_size=14).map(
    "".join
)


def ended(data: bytes) -> list[bytes]:
    """Return the whole records of a text as the standard library finds them, line by line."""
    found, held = [], b""
    for line in split(data):
        held += line
        if len(list(csv.reader([held.decode().replace("\r", "\0"), "end"]))) == 2:
            found.append(held)
            held = b""
    return found


def split(data: bytes) -> list[bytes]:
    return [line + b"\n" for line in data.split(b"\n")[:-1]]


@settings(deadline=None)
@given(PIECES)
def test_records_end_where_the_standard_library_says(text):
    data = text.encode()
    ends = [0, *record_ends(data, ",").tolist()]
    assert [data[start:end] for start, end in pairwise(ends)] == ended(data)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('a,"b"\n', True),
        ('"a""b",c\r\n', True),
        ('"a\nb"\n', True),
        ('5" pipe\n', False),
        ('a, "b"\n', False),
        ('"a"b\n', False),
    ],
)
def test_quotes_at_the_borders_of_cells_are_told_from_others(text, expected):
    assert is_well_quoted(text.encode(), ",") is expected


@pytest.mark.parametrize("data", [b'5" pipe,1\n2,"half', b'5" pipe,1\n2,"half\n', b'a"\n"open\n\n'])
def test_record_that_is_not_whole_has_no_end(data):
    assert len(record_ends(data, ",")) == 1


@pytest.mark.parametrize(
    ("data", "blank"),
    [
        (b"1,2\n\n3,4", [False, True, False]),
        (b"\r\n1\r\n\r\n", [True, False, True]),
        (b'"\n\n"\n\n', [False, True]),
        (b'"\r\n', [False]),
        (b"x", [False]),
        (b"", []),
    ],
)
def test_empty_lines_are_told_from_empty_lines_in_cells(data, blank):
    assert are_blank(data, all_ends(data, ",")).tolist() == blank


def test_carriage_return_within_a_row_ends_none():
    data = b'a\rb,"c\rd" x\n1,2\n'
    assert record_ends(data, ",").tolist() == [12, 16]
