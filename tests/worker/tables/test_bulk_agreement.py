"""Whole columns mean what cells mean one by one, and files what requests mean."""

import csv
import io
from typing import Any

import msgspec
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.worker.tables.columns_of_text import check, parsed, texts, typed
from tests.worker.tables.signatures import signature
from tests.worker.tables.test_reader_agreement import assert_same
from worker.contract.signature import Feature, FeatureType
from worker.tables.bulk import Checked
from worker.tables.errors import InputRefused
from worker.tables.reader import DOUBLE_MAX, FLOAT_MAX, RowReader
from worker.tables.values import Unfit
from worker.tables.written_cells import FORMULA_ERRORS, MISSING_WORDS, CellRules, check_cell

CATEGORIES = ("Biscoe", "NA", "1", "Dream ", "#REF!")
ODD = """
|0|-0|-0.0|+0|0e0|1e400|-1e400|1e-400|inf|-Infinity|-nan|NAN|1.|.5|9007199254740992|9007199254740993
|9007199254740992.0|-9007199254740992|1e300|3.4e38|3.5e38|3.0|3.00000000000000000001|3.5|4,0|1,5| | 7 |1 234
|1 234,5|1'234.5|1_234|1_234_567,25|1 234_567|0 123|12 34|1,234,567|1.234,5|12 %|true|TRUE|Vrai|faux|2024-01-31
|0x10|1e5|1,5E+03|1d3|--1|+-1|#|$A
"""
LINES = ODD.replace("_", "\u00a0").replace("#", "\u0661").replace("$", "\t")
WORDS = st.sampled_from([*CATEGORIES, *MISSING_WORDS, *FORMULA_ERRORS, "1\u202f234", *LINES.split("|")])
NUMBERS = st.floats().map(str) | st.integers(-(2**54), 2**54).map(str) | st.decimals(allow_nan=False).map(str)
CELLS = (
    WORDS
    | NUMBERS
    | st.text("0123456789.,+-eE '\u00a0\u202f\u2019naif%", max_size=20)
    | st.text(st.characters(codec="utf-8"), max_size=4)
)
DECIMALS = st.sampled_from([".", ","])
LARGEST = st.sampled_from([DOUBLE_MAX, FLOAT_MAX])


@st.composite
def features(draw: st.DrawFn) -> Feature:
    kind = draw(st.sampled_from(FeatureType))
    has_list = kind is FeatureType.CATEGORY and draw(st.booleans())
    return Feature(name="x", type=kind, required=draw(st.booleans()), categories=CATEGORIES if has_list else None)


def one_by_one(feature: Feature, cells: list[str], rules: CellRules) -> list[Any]:
    """Return the values of the cells, Unfit for what is refused."""
    return [_judged(feature, cell, rules) for cell in cells]


def _judged(feature: Feature, cell: str, rules: CellRules) -> Any:
    try:
        return check_cell(feature, cell, rules)
    except Unfit:
        return Unfit


def assert_agrees(checked: Checked, values: list[Any], feature: Feature) -> None:
    right = [value for value in values if value is not Unfit]
    assert checked.answerable.tolist() == [value is not Unfit for value in values]
    assert list(checked.problems) == [row for row, value in enumerate(values) if value is Unfit]
    column = checked.table.columns[0]
    assert (len(column), checked.table.row_count) == (len(right), len(right))
    expected = np.array(right, column.dtype)
    assert [*map(repr, column.tolist())] == [*map(repr, expected.tolist())]


@given(features(), st.lists(CELLS, max_size=8), DECIMALS, LARGEST)
def test_a_column_of_text_means_what_its_cells_mean(feature: Feature, cells: list[str], decimal: str, most: float):
    checked = check(signature(feature), texts(*cells), number_max=most, decimal=decimal)
    assert_agrees(checked, one_by_one(feature, cells, CellRules(most, decimal)), feature)


@given(features(), st.lists(CELLS, max_size=8), LARGEST)
def test_a_column_of_numbers_means_what_its_cells_mean(feature: Feature, cells: list[str], most: float):
    checked = check(signature(feature), parsed(*cells), number_max=most)
    assert_agrees(checked, one_by_one(feature, cells, CellRules(most)), feature)


@given(features(), st.lists(st.floats() | st.none(), max_size=8))
def test_a_column_of_a_typed_file_means_what_its_text_does(feature: Feature, values: list[float | None]):
    cells = typed(*values)
    read = one_by_one(feature, cells.text().to_list(), CellRules(DOUBLE_MAX))
    assert_agrees(check(signature(feature), cells), read, feature)


def as_csv(rows: list[list[str]], width: int) -> bytes:
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, quoting=csv.QUOTE_ALL)
    writer.writerows([[f"f{index}" for index in range(width)], *rows])
    return lines.getvalue().encode()


@st.composite
def files(draw: st.DrawFn) -> tuple[list[Feature], list[list[str]]]:
    found = draw(st.lists(features(), min_size=1, max_size=3))
    named = [msgspec.structs.replace(feature, name=f"f{index}") for index, feature in enumerate(found)]
    row = st.tuples(*(PLAIN[feature.type] for feature in named)).map(list)
    return named, draw(st.lists(row, min_size=1, max_size=3))


PLAIN = {
    FeatureType.NUMBER: NUMBERS | st.sampled_from(["", "-0", "-0.0", "1.", ".5", "1e300"]),
    FeatureType.INTEGER: st.integers(-(2**54), 2**54).map(str) | st.sampled_from(["", "3.0", "3.5", "-0", "007"]),
    FeatureType.BOOLEAN: st.sampled_from(["", "true", "false", "TRUE"]),
    FeatureType.CATEGORY: st.sampled_from(["", *CATEGORIES]),
    FeatureType.TEXT: st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=5),
}


@given(files())
def test_what_a_request_may_hold_reads_the_same_from_a_file(made: tuple[list[Feature], list[list[str]]]):
    named, rows = made
    try:
        table = RowReader(signature(*named)).read_csv(as_csv(rows, len(named)))
    except InputRefused:
        return
    for columns in (map(texts, *rows), map(parsed, *rows)):
        assert_same(check(signature(*named), *columns).table, table)


LENIENT = {*MISSING_WORDS, "TRUE"}
"""What the cells above hold that is taken from files alone."""


@given(files())
def test_a_row_that_a_request_may_not_hold_is_refused_from_a_file(made: tuple[list[Feature], list[list[str]]]):
    named, rows = made
    reader = RowReader(signature(*named))
    checked = check(signature(*named), *map(texts, *rows))
    for index, row in enumerate(rows):
        try:
            reader.read_csv(as_csv([row], len(named)))
        except InputRefused:
            assert not checked.answerable[index] or LENIENT.intersection(row)
