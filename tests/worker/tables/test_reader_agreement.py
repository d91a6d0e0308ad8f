"""Whatever way the same rows are written, they read as the same table."""

import csv
import io
import json
from contextlib import suppress
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.worker.tables.signatures import signature
from worker.contract.signature import INTEGER_MAX, Feature, FeatureType, Signature
from worker.tables.errors import InputRefused
from worker.tables.reader import RowReader
from worker.tables.table import Table

TEXT = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8)
VALUES = {
    FeatureType.NUMBER: st.floats(allow_nan=False, allow_infinity=False)
    | st.integers(-INTEGER_MAX, INTEGER_MAX).map(float),
    FeatureType.INTEGER: st.integers(-INTEGER_MAX, INTEGER_MAX),
    FeatureType.BOOLEAN: st.booleans(),
    FeatureType.TEXT: TEXT,
}
Rows = list[list[Any]]


@st.composite
def features(draw: st.DrawFn) -> Feature:
    kind = draw(st.sampled_from(FeatureType))
    categories = tuple(draw(st.lists(TEXT, min_size=1, max_size=4, unique=True)))
    return Feature(
        name=draw(TEXT),
        type=kind,
        required=draw(st.booleans()),
        categories=categories if kind is FeatureType.CATEGORY else None,
    )


def values_of(feature: Feature) -> st.SearchStrategy[Any]:
    values = st.sampled_from(feature.categories) if feature.categories else VALUES[feature.type]
    return values if feature.required else values | st.none()


@st.composite
def signatures_with_rows(draw: st.DrawFn) -> tuple[Signature, Rows]:
    made = signature(*draw(st.lists(features(), min_size=1, max_size=5, unique_by=lambda feature: feature.name)))
    row = st.tuples(*map(values_of, made.features)).map(list)
    return made, draw(st.lists(row, min_size=1, max_size=4))


def as_csv(made: Signature, rows: Rows) -> bytes:
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, quoting=csv.QUOTE_ALL)
    writer.writerow(made.names)
    for row in rows:
        writer.writerow([str(value).lower() if isinstance(value, bool) else value for value in row])
    return lines.getvalue().encode()


def as_objects(made: Signature, rows: Rows) -> bytes:
    return json.dumps({"rows": [dict(zip(made.names, row, strict=True)) for row in rows]}).encode()


def assert_same(one: Table, other: Table) -> None:
    assert one.row_count == other.row_count
    for left, right in zip(one.columns, other.columns, strict=True):
        assert left.dtype == right.dtype
        np.testing.assert_array_equal(left, right)


@given(signatures_with_rows())
def test_objects_lists_and_csv_give_the_same_table(made_with_rows: tuple[Signature, Rows]):
    made, rows = made_with_rows
    reader = RowReader(made)
    table = reader.read_json(json.dumps({"rows": rows}, ensure_ascii=False).encode())
    for read, value in zip(zip(*(column.tolist() for column in table.columns), strict=True), rows, strict=True):
        assert [None if cell != cell else cell for cell in read] == value  # noqa: PLR0124  # NaN
    assert_same(reader.read_json(as_objects(made, rows)), table)
    assert_same(reader.read_csv(as_csv(made, rows)), table)


@given(signatures_with_rows())
def test_the_careful_way_gives_the_same_table_as_the_fast_one(made_with_rows: tuple[Signature, Rows]):
    made, rows = made_with_rows
    reader = RowReader(made)
    for body in (as_objects(made, rows), json.dumps({"rows": rows}).encode()):
        assert_same(reader.read_json_carefully(body), reader.read_json(body))


TINY = RowReader(
    signature(Feature(name="a", type=FeatureType.NUMBER), Feature(name="b", type=FeatureType.TEXT, required=False))
)
TOKENS = st.sampled_from(
    [
        '"a"',
        '"b"',
        '"rows"',
        ":",
        ",",
        "{",
        "}",
        "[",
        "]",
        "1",
        "-1.5",
        "1e400",
        "NaN",
        "null",
        "true",
        '"x:y"',
        '"\\u003a"',
        " ",
    ]
)
BODIES = st.lists(TOKENS, max_size=12).map("".join)


@given(
    BODIES
    | BODIES.map(lambda inner: f'{{"rows": [{{{inner}}}]}}')
    | BODIES.map(lambda inner: f'{{"rows": [[{inner}]]}}')
)
def test_nothing_is_taken_fast_that_is_refused_carefully(body: str):
    """Both refuse or both read, and the careful way takes nothing that Python's own parser does not."""
    try:
        fast = TINY.read_json(body.encode())
    except InputRefused:
        return
    assert_same(TINY.read_json_carefully(body.encode()), fast)
    json.loads(body)


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_any_bytes_are_read_or_refused(body: bytes):
    for read in (TINY.read_json, TINY.read_csv):
        with suppress(InputRefused):
            assert read(body).row_count > 0
