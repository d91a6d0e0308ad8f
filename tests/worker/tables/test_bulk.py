"""A block: which rows can be answered, what is wrong with the others, and which are unusual."""

import numpy as np
import polars as pl
import pytest

from tests.worker.tables.columns_of_text import GivenCells, check, parsed, texts, typed, values_of
from tests.worker.tables.signatures import boolean, category, integer, number, signature, text
from worker.contract.errors import ProblemCode
from worker.contract.row_phrases import PHRASES
from worker.tables.bulk import BulkReader
from worker.tables.reader import DOUBLE_MAX
from worker.tables.row_sentences import sentences
from worker.tables.wrong_lengths import WrongLengths

PAIR = signature(number("age"), category("island", "Biscoe", "Dream"))


def test_only_rows_that_can_be_answered_are_in_the_table():
    checked = check(PAIR, parsed("1", "old", "3", "4"), texts("Dream", "Dream", "Dreem", "Biscoe"))
    assert checked.answerable.tolist() == [True, False, False, True]
    assert values_of(checked) == [[1.0, 4.0], ["Dream", "Biscoe"]]
    assert [(row, problem.row) for row, (problem,) in checked.problems.items()] == [(1, 3), (2, 4)]


def test_a_table_of_numbers_is_one_matrix_row_after_row_in_memory():
    rows = 5_000
    numbers = pl.Series(np.arange(rows, dtype=np.float64))
    cells = GivenCells(numbers.cast(pl.String), numbers)
    matrix = check(signature(number("a"), number("b"), integer("c", required=False)), cells, cells, cells).table.matrix
    assert matrix is not None
    assert matrix.flags.c_contiguous
    np.testing.assert_array_equal(matrix, np.arange(rows)[:, None].repeat(3, axis=1))


def test_columns_of_a_table_may_be_written_to():
    made = signature(number("a"), text("b"), boolean("c"))
    columns = check(made, parsed("1"), texts("x"), texts("true")).table.columns
    assert [(column.dtype.kind, column.flags.writeable) for column in columns] == [
        ("f", True),
        ("O", True),
        ("b", True),
    ]


def test_all_problems_of_a_row_are_told():
    (found,) = check(PAIR, texts("#REF!"), texts("")).problems.values()
    assert [(problem.feature, problem.code) for problem in found] == [
        ("age", ProblemCode.WRONG_TYPE),
        ("island", ProblemCode.MISSING),
    ]


def test_at_most_twenty_problems_of_a_row_are_told():
    made = signature(*(number(f"f{index}") for index in range(30)))
    assert len(check(made, *[texts("?")] * 30).problems[0]) == 20


def test_an_absent_column_is_missing():
    made = signature(number("a"), number("b", required=False), text("c", required=False), integer("d", required=False))
    assert values_of(check(made, parsed("1", "2"), None, None, None)) == [[1.0, 2.0], *[[None, None]] * 3]


@pytest.mark.parametrize("make", [number, integer, boolean, text])
def test_an_absent_column_that_is_required_is_a_problem_of_each_row(make):
    checked = check(signature(number("a"), make("b")), parsed("1", "2"), None)
    (first,), _ = checked.problems.values()
    assert (checked.table.row_count, len(checked.problems)) == (0, 2)
    assert (first.code, first.facts) == (ProblemCode.MISSING, {"kind": "column"})
    assert first.message == "Feature 'b' in line 2 has no column in the file."


def test_rows_of_another_length_are_not_read():
    reader = BulkReader(PAIR, number_max=DOUBLE_MAX)
    lengths = WrongLengths(expected=2, found={1: 3})
    cells = parsed("1", "old"), texts("Dream", "Dream")
    checked = reader.check(cells, range(2, 4), wrong_lengths=lengths)
    ((problem,),) = checked.problems.values()
    assert (problem.row, problem.feature, problem.code) == (3, None, ProblemCode.WRONG_LENGTH)
    assert problem.message == "Line 3 has 3 cells, and the file has 2 columns."
    assert list(checked.problems.sentences({})) == ["the line has 3 cells, the file has 2 columns"]
    assert checked.table.row_count == 1


def test_a_line_that_cannot_be_read_is_told_as_such():
    reader = BulkReader(PAIR, number_max=DOUBLE_MAX)
    lengths = WrongLengths(expected=2, found={0: 0})
    checked = reader.check((parsed("1"), texts("Dream")), range(7, 8), wrong_lengths=lengths)
    ((problem,),) = checked.problems.values()
    assert problem.message == "Line 7 cannot be read: it is not a JSON object."
    assert list(checked.problems.sentences({})) == ["the line is not a JSON object"]


def test_numbers_outside_the_range_are_unusual_and_answered():
    made = signature(number("a", minimum=0, maximum=10), integer("b", minimum=0, maximum=1), number("c"))
    checked = check(made, parsed("10", "11", "-1", "5"), parsed("1", "2", "0", "1"), parsed("1e9", "1", "1", "1"))
    assert checked.answerable.all()
    assert checked.unusual.tolist() == [False, True, True, False]
    assert [checked.unusual_features(row) for row in range(4)] == [(), ("a", "b"), ("a",), ()]


def test_a_row_that_is_wrong_or_missing_is_not_unusual():
    made = signature(number("a", minimum=0, maximum=1, required=False), number("b", minimum=0, maximum=1))
    checked = check(made, parsed("", "5", "?"), parsed("1", "", "7"))
    assert checked.unusual.tolist() == [False] * 3
    assert checked.unusual_features(1) == ()


def test_a_typed_null_or_nan_is_missing_without_a_look_at_the_text():
    numbers = pl.Series([1.0, None, float("nan")])
    checked = check(signature(number("a", required=False)), GivenCells(pl.Series(["?"] * 3), numbers, exact=True))
    assert values_of(checked) == [[1.0, None, None]]


def test_a_typed_number_too_large_to_be_exact_is_refused():
    cells = GivenCells(pl.Series(["9007199254740993"]), pl.Series([9007199254740992.0]), exact=True)
    assert check(signature(number("a")), cells).problems[0][0].facts["kind"] == "too_large"
    assert values_of(check(signature(number("a")), typed(1e300))) == [[1e300]]


def test_numbers_of_the_given_column_are_left_as_they_are():
    cells = parsed("1", "1 000", "?")
    check(signature(number("a")), cells)
    assert cells.numbers is not None
    assert cells.numbers.to_list() == [1.0, None, None]


def test_a_block_without_rows_has_an_empty_table():
    checked = check(PAIR, parsed(), texts())
    assert (checked.table.row_count, len(checked.problems), checked.unusual.tolist()) == (0, 0, [])


def test_a_right_row_has_no_problems():
    problems = check(PAIR, parsed("1", "?"), texts("Dream", "Dream")).problems
    with pytest.raises(KeyError):
        problems[0]
    assert 5 not in problems


def test_the_nearest_is_looked_for_among_few_of_many_unknown_categories():
    known = [f"known {index}" for index in range(1_000)]
    checked = check(signature(category("a", *known)), texts(*(f"knwn {index}" for index in range(1_000))))
    told = [problem.facts["kind"] for (problem,) in checked.problems.values()]
    assert told == ["nearest"] * 20 + [""] * 980


def test_the_sentences_of_a_block_are_those_of_its_rows():
    made = signature(number("a"), integer("b"), category("c", "x", "y"))
    columns = texts("1,5", "1", "1,5", ""), texts("1", "2.5", "3", "NA"), texts("X", "y", "X", "")
    problems = check(made, *columns).problems
    assert list(problems.sentences(PHRASES)) == [sentences(each, PHRASES) for each in problems.values()]
