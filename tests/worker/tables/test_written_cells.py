"""What office programs make of numbers, true and false, missing values and errors of formulas."""

from typing import Any

import pytest

from tests.worker.tables.columns_of_text import check, problem_of, texts, values_of
from tests.worker.tables.signatures import boolean, category, integer, number, signature, text
from worker.contract.errors import ProblemCode
from worker.contract.signature import Feature
from worker.tables.reader import FLOAT_MAX
from worker.tables.written_cells import FORMULA_ERRORS, MISSING_WORDS


def read_one(feature: Feature, cell: str, decimal: str = ".") -> Any:
    """Return the value of a cell; fails if it is refused."""
    ((value,),) = values_of(check(signature(feature), texts(cell), decimal=decimal))
    return value


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1,5", 1.5),
        ("-3", -3.0),
        ("1e3", 1000.0),
        ("1,5E+03", 1500.0),
        (",5", 0.5),
        ("7,", 7.0),
        (" 2,5\t", 2.5),
        ("1 234,5", 1234.5),
        ("1\u00a0234\u00a0567", 1234567.0),
        ("-1\u202f234,25", -1234.25),
        ("12'345,5", 12345.5),
        ("12\u2019345", 12345.0),
    ],
)
def test_numbers_of_a_file_with_decimal_commas(cell: str, value: float):
    assert read_one(number("x"), cell, ",") == value


@pytest.mark.parametrize(("cell", "value"), [("1 234.5", 1234.5), (" 1.5 ", 1.5), ("1'234'567", 1234567.0)])
def test_numbers_of_a_file_with_decimal_points(cell: str, value: float):
    assert read_one(number("x"), cell) == value


NO_NUMBERS = """
12 %|5 €|1.234,5|2024-01-31|31/01/2024|06 123 456|12 34|1 2345|1 234 56|1 234'567|1 234e3|1,234,567|1.5.2
-|1_000|0x10|\u0661|--1|- 1|=1+1|vrai|1e|.|,
""".strip()


@pytest.mark.parametrize("cell", ["1\n", *NO_NUMBERS.replace("\n", "|").split("|")])
@pytest.mark.parametrize("decimal", [".", ","])
def test_nothing_is_guessed(cell: str, decimal: str):
    found = problem_of(number("x"), cell, decimal=decimal)
    assert (found.code, found.facts["kind"], found.facts["value"]) == (ProblemCode.WRONG_TYPE, "number", cell)


@pytest.mark.parametrize(
    ("cell", "decimal", "kind"),
    [
        ("1,5", ".", "decimal_comma"),
        ("1 234,5", ".", "decimal_comma"),
        ("1.5", ",", "decimal_point"),
        ("1.234", ",", "decimal_point"),
        ("1.5e3", ",", "decimal_point"),
    ],
)
@pytest.mark.parametrize("feature", [number("x"), integer("x")])
def test_the_other_decimal_mark_is_named(feature: Feature, cell: str, decimal: str, kind: str):
    assert problem_of(feature, cell, decimal=decimal).facts["kind"] == kind


def test_the_sentence_tells_the_line_and_both_marks():
    message = "Feature 'x' in line 2 is written with a decimal comma, '1,5'; the decimal mark of the file is '.'."
    assert problem_of(number("x"), "1,5").message == message


@pytest.mark.parametrize("word", ["", " ", *MISSING_WORDS, " NA "])
@pytest.mark.parametrize("make", [number, integer, boolean])
def test_what_programs_write_for_a_missing_value_is_missing(make: Any, word: str):
    assert read_one(make("x", required=False), word) is None
    found = problem_of(make("x"), word)
    assert (found.code, found.message) == (ProblemCode.MISSING, "Feature 'x' in line 2 may not be missing.")


@pytest.mark.parametrize("cell", ["-", "na", "NAN", "nil", "?"])
def test_other_words_are_not_missing(cell: str):
    assert problem_of(number("x", required=False), cell).code is not ProblemCode.MISSING


def test_a_category_is_missing_by_a_word_unless_it_is_the_category():
    assert read_one(category("x", "NA", "SA"), "NA") == "NA"
    assert read_one(category("x", "SA", required=False), "NA") is None
    assert problem_of(category("x", "SA"), "NA").code is ProblemCode.MISSING


@pytest.mark.parametrize("cell", ["NA", "#REF!", " ", "null"])
def test_text_is_taken_as_it_is_written(cell: str):
    assert read_one(text("x"), cell) == cell
    assert read_one(category("x"), cell) == cell


@pytest.mark.parametrize("error", FORMULA_ERRORS)
@pytest.mark.parametrize("feature", [number("x"), integer("x"), boolean("x"), category("x", "a")])
def test_the_error_of_a_formula_is_named(feature: Feature, error: str):
    found = problem_of(feature, error)
    assert (found.code, found.facts) == (ProblemCode.WRONG_TYPE, {"kind": "formula_error", "value": error})


@pytest.mark.parametrize(("cell", "value"), [("TRUE", True), ("vrai", True), ("Faux", False), ("fAlse", False)])
def test_true_and_false_are_read_in_english_and_french(cell: str, value: bool):
    assert read_one(boolean("x"), cell) is value
    assert read_one(boolean("x", required=False), f" {cell}") is value


@pytest.mark.parametrize("cell", ["1", "0", "yes", "oui", "wahr", "T"])
def test_nothing_else_is_true_or_false(cell: str):
    found = problem_of(boolean("x"), cell)
    assert found.facts == {"kind": "boolean", "expected": "boolean", "value": cell}


def test_a_category_is_compared_exactly_and_the_nearest_is_named():
    found = problem_of(category("x", "Biscoe", "Dream"), "dream ")
    assert found.facts == {"kind": "nearest", "value": "dream ", "nearest": "Dream"}
    assert problem_of(category("x", "Biscoe"), "?").facts == {"kind": "", "value": "?"}


@pytest.mark.parametrize(
    ("feature", "cell", "decimal", "kind", "end"),
    [
        (integer("x"), "5,5", ",", "fraction", "must be an integer, got 5,5."),
        (integer("x"), " 5.25", ".", "fraction", "must be an integer, got 5.25."),
        (integer("x"), "3.00000000000000000001", ".", "fraction", "must be an integer, got 3.00000000000000000001."),
        (integer("x"), "1e-400", ".", "fraction", "must be an integer, got 1e-400."),
        (
            number("x"),
            "9 007 199 254 740 993",
            ".",
            "too_large",
            "9 007 199 254 740 993 is beyond 9,007,199,254,740,992.",
        ),
        (number("x"), "4e38", ".", "too_large", "is too large: 4e38 is beyond 3.40282e+38."),
        (number("x"), "1e400", ".", "too_large", "is too large: 1e400 is beyond 3.40282e+38."),
    ],
)
def test_numbers_that_do_not_fit_are_shown_as_written(feature: Feature, cell: str, decimal: str, kind: str, end: str):
    found = problem_of(feature, cell, decimal=decimal, number_max=FLOAT_MAX)
    assert (found.code, found.facts["kind"], found.facts["value"]) == (ProblemCode.DOES_NOT_FIT, kind, cell)
    assert found.message.endswith(end)


@pytest.mark.parametrize("cell", ["inf", "-Infinity", "-nan", "NAN"])
def test_what_is_not_finite_is_named(cell: str):
    found = problem_of(number("x"), cell)
    assert (found.code, found.facts) == (ProblemCode.NOT_FINITE, {"kind": "", "value": cell})


@pytest.mark.parametrize(("cell", "shown"), [("-0", "0.0"), ("-0.0", "-0.0"), ("-0,0", "-0.0")])
def test_only_a_fraction_has_a_negative_zero(cell: str, shown: str):
    assert repr(read_one(number("x"), cell, "," if "," in cell else ".")) == shown


def test_a_long_value_is_cut_in_facts():
    assert problem_of(number("x"), "y" * 100).facts["value"] == "y" * 60 + "…"
