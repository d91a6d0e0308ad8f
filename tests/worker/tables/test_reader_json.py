"""Reading JSON rows: what is taken, and what is refused with which sentence."""

import json
from typing import Any

import numpy as np
import pytest

from tests.worker.tables.signatures import MIXED, MIXED_ROW, boolean, category, integer, number, signature, text
from worker.contract.errors import ErrorBody, ErrorCode, ProblemCode
from worker.contract.signature import Feature
from worker.tables.errors import InputRefused
from worker.tables.reader import FLOAT_MAX, RowReader
from worker.tables.table import Table

READER = RowReader(MIXED)


def refusal(body: bytes | str, reader: RowReader = READER) -> ErrorBody:
    with pytest.raises(InputRefused) as caught:
        reader.read_json(body if isinstance(body, bytes) else body.encode())
    return caught.value.body()


def read_one(feature: Feature, written: str) -> Any:
    table = RowReader(signature(feature)).read_json(f'{{"rows": [[{written}]]}}'.encode())
    return table.columns[0].tolist()[0]


def problem_of(feature: Feature, written: str) -> tuple[ProblemCode, str]:
    error = refusal(f'{{"rows": [[{written}]]}}', RowReader(signature(feature)))
    assert len(error.rows) == 1
    assert error.rows[0].row == 1
    return error.rows[0].code, error.rows[0].message


def columns(table: Table) -> list[list[Any]]:
    return [column.tolist() for column in table.columns]


def test_objects_are_read_into_typed_columns_in_the_order_of_the_signature():
    shuffled = dict(reversed(MIXED_ROW.items()))
    table = READER.read_json(json.dumps({"rows": [shuffled]}).encode())
    assert [column.dtype for column in table.columns] == [np.float64, np.int64, object, np.bool_, object, np.float64]
    assert columns(table) == [[1.5], [2007], ["Dream"], [True], ["a: b"], [3.0]]


def test_lists_are_read_in_the_order_of_the_signature():
    table = READER.read_json(json.dumps({"rows": [list(MIXED_ROW.values())]}).encode())
    assert columns(table) == [[1.5], [2007], ["Dream"], [True], ["a: b"], [3.0]]


@pytest.mark.parametrize("absent", [{}, {"note": None, "age": None}, {"age": None}])
def test_what_is_not_required_may_be_null_or_absent(absent: dict[str, None]):
    row = {name: value for name, value in MIXED_ROW.items() if name not in {"note", "age"}} | absent
    table = READER.read_json(json.dumps({"rows": [row, MIXED_ROW]}).encode())
    assert table.columns[4].tolist() == [None, "a: b"]
    np.testing.assert_array_equal(table.columns[5], [np.nan, 3.0])


def test_integers_and_booleans_that_may_be_missing_have_types_that_can_say_so():
    reader = RowReader(signature(integer("i", required=False), boolean("b", required=False)))
    table = reader.read_json(b'{"rows": [[null, null], [7, false]]}')
    np.testing.assert_array_equal(table.columns[0], [np.nan, 7.0])
    assert table.columns[1].tolist() == [None, False]


def test_a_signature_of_numbers_alone_is_read_into_one_matrix():
    table = RowReader(signature(number("a"), number("b"))).read_json(b'{"rows": [{"b": 1, "a": 2.5}]}')
    assert table.matrix is not None
    assert table.matrix.tolist() == [[2.5, 1.0]]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1", 1.0),
        ("-0.5e-3", -0.0005),
        ("1e300", 1e300),
        ("9007199254740992", 2.0**53),
        ("5e-324", 5e-324),
        ("-0", 0.0),
    ],
)
def test_a_number_is_taken_as_written(written: str, value: float):
    assert read_one(number("x"), written) == value


@pytest.mark.parametrize(("written", "value"), [("3", 3), ("3.0", 3), ("-3e2", -300), ("9007199254740992", 2**53)])
def test_an_integer_may_be_written_with_a_point_if_its_value_is_unchanged(written: str, value: int):
    read = read_one(integer("x"), written)
    assert (type(read), read) == (int, value)


@pytest.mark.parametrize("written", ["1.5", "3.00000000000000000001", "1e-400", "1e-9999999999999999999"])
def test_what_is_no_integer_does_not_fit_an_integer(written: str):
    code, message = problem_of(integer("age"), written)
    assert code is ProblemCode.DOES_NOT_FIT
    assert message == f"Feature 'age' in row 1 must be an integer, got {written}."


@pytest.mark.parametrize("feature", [number("x"), integer("x")])
@pytest.mark.parametrize("written", ["9007199254740993", "-9007199254740993", "1" * 5000, "1" + "0" * 300])
def test_integers_that_a_double_does_not_hold_are_refused(feature: Feature, written: str):
    assert problem_of(feature, written)[0] is ProblemCode.DOES_NOT_FIT


@pytest.mark.parametrize("written", ["1e400", "-1e400", "9" * 400])
def test_numbers_beyond_a_double_are_refused(written: str):
    assert problem_of(number("x"), written)[0] is ProblemCode.DOES_NOT_FIT


def test_numbers_beyond_what_the_engine_holds_are_refused():
    reader = RowReader(signature(number("x")), number_max=FLOAT_MAX)
    error = refusal(b'{"rows": [[1e39]]}', reader)
    assert error.rows[0].code is ProblemCode.DOES_NOT_FIT
    assert reader.read_json(b'{"rows": [[3e38]]}').row_count == 1


@pytest.mark.parametrize("written", ["NaN", "Infinity", "-Infinity"])
@pytest.mark.parametrize("feature", [number("x"), integer("x"), number("x", required=False)])
def test_nan_and_infinities_are_named(feature: Feature, written: str):
    code, message = problem_of(feature, written)
    assert code is ProblemCode.NOT_FINITE
    assert message == f"Feature 'x' in row 1 must be a finite number, got {written}."


@pytest.mark.parametrize(
    ("feature", "written", "message"),
    [
        (number("age"), '"old"', "Feature 'age' in row 1 must be a number, got 'old'."),
        (number("age"), '"1"', "Feature 'age' in row 1 must be a number, got '1'."),
        (number("age"), "true", "Feature 'age' in row 1 must be a number, got true."),
        (number("age"), "[1]", "Feature 'age' in row 1 must be a number, got a list."),
        (integer("age"), "false", "Feature 'age' in row 1 must be an integer, got false."),
        (boolean("ok"), "1", "Feature 'ok' in row 1 must be true or false, got 1."),
        (boolean("ok"), '"true"', "Feature 'ok' in row 1 must be true or false, got 'true'."),
        (text("note"), "1.50", "Feature 'note' in row 1 must be text, got 1.50."),
        (text("note"), "NaN", "Feature 'note' in row 1 must be text, got NaN."),
        (text("note"), "{}", "Feature 'note' in row 1 must be text, got an object."),
        (category("island", "Dream"), "true", "Feature 'island' in row 1 must be text, got true."),
        (number("age"), '"1,5"', "Feature 'age' in row 1 must be a number, got '1,5'; write the decimal point as '.'."),
    ],
)
def test_a_wrong_type_is_refused_with_feature_row_and_value(feature: Feature, written: str, message: str):
    assert problem_of(feature, written) == (ProblemCode.WRONG_TYPE, message)


def test_null_where_a_value_is_required_is_missing():
    message = "Feature 'age' in row 1 may not be missing."
    assert problem_of(number("age"), "null") == (ProblemCode.MISSING, message)


def test_an_unknown_category_is_told_the_nearest():
    error = refusal('{"rows": [["Bisco"]]}', RowReader(signature(category("island", "Biscoe", "Dream"))))
    assert error.error == "Feature 'island' in row 1 has no category 'Bisco'; the nearest is 'Biscoe'."
    assert error.rows[0].facts == {"value": "Bisco", "nearest": "Biscoe"}


def test_an_unknown_category_like_none_is_told_some():
    _, message = problem_of(category("island", *"abcdefg"), '"zzz"')
    assert message == "Feature 'island' in row 1 has no category 'zzz'; it has 'a', 'b', 'c', 'd', 'e', …."


def test_half_a_surrogate_pair_is_no_text_and_can_be_answered():
    code, _ = problem_of(text("note"), r'"\ud800"')
    assert code is ProblemCode.WRONG_TYPE
    error = refusal(rb'{"rows": [{"\udc00": 1}]}')
    json.dumps([error.error, error.rows[0].feature], ensure_ascii=False).encode()


def test_missing_and_unknown_features_are_named_with_the_nearest():
    error = refusal('{"rows": [{"mean_radius": 1, "year": 1, "island": "Dream", "class": true}]}')
    assert [(problem.code, problem.feature) for problem in error.rows] == [
        (ProblemCode.UNKNOWN_FEATURE, "mean_radius"),
        (ProblemCode.MISSING, "mean radius"),
    ]
    assert "'mean radius'" in error.rows[0].message
    assert error.rows[0].facts == {"nearest": "mean radius"}


def test_every_problem_of_every_row_is_found():
    good = list(MIXED_ROW.values())
    rows = [good, ["x", 1.5, *good[2:]], good, good[:3]]
    error = refusal(json.dumps({"rows": rows}))
    assert [(problem.row, problem.feature) for problem in error.rows] == [(2, "mean radius"), (2, "year"), (4, None)]
    assert error.rows[2].message == "Row 4 has 3 values, and the model takes 6."
    assert error.error.endswith("1 more row is wrong.")


def test_only_the_first_wrong_rows_are_listed_and_the_others_counted():
    error = refusal(json.dumps({"rows": [[]] * 50}))
    assert {problem.row for problem in error.rows} == set(range(1, 21))
    assert error.error.endswith("49 more rows are wrong. The first 20 are listed, 30 more are not.")


@pytest.mark.parametrize(
    "body",
    [
        '{"rows": [{"a": 1, "a": 2, "b": "x"}]}',
        '{"rows": [{"a": 1, "b": "x", "b": "y:"}]}',
        r'{"rows": [{"a": 1, "b": "x\u003A", "b": "y"}]}',
        r'{"rows": [{"a": 1, "b": "x", "\u0062": "y"}]}',
        '{"rows": [{"a": 1, "b": "x", "c": null, "c": 3}]}',
    ],
)
def test_a_feature_given_twice_is_refused(body: str):
    reader = RowReader(signature(number("a"), text("b"), number("c", required=False)))
    assert refusal(body, reader).rows[0].code is ProblemCode.DUPLICATE_FEATURE


def test_colons_in_names_categories_and_text_are_no_second_key():
    reader = RowReader(signature(number("a:b"), category("c:", ":x:", "y"), text("d", required=False)))
    table = reader.read_json(b'{"rows": [{"a:b": 1, "c:": ":x:", "d": "::"}, {"a:b": 2, "c:": "y"}]}')
    assert columns(table) == [[1.0, 2.0], [":x:", "y"], ["::", None]]


@pytest.mark.parametrize(
    ("body", "code", "error"),
    [
        ("", ErrorCode.NOT_JSON, "The body is empty."),
        ("nope", ErrorCode.NOT_JSON, "~ 1, column 1 cannot be read, got 'n'."),
        ("null", ErrorCode.INVALID_INPUT, "The body must be a JSON object with the key 'rows'."),
        ("[[1]]", ErrorCode.INVALID_INPUT, "The body must be a JSON object with the key 'rows'."),
        ("{}", ErrorCode.INVALID_INPUT, "The body lacks the key 'rows'."),
        ('{"rows": []}', ErrorCode.INVALID_INPUT, "The request has no rows."),
        ('{"rows": 1}', ErrorCode.INVALID_INPUT, "The key 'rows' must hold a list of rows."),
        ('{"row": []}', ErrorCode.INVALID_INPUT, "The body has an unknown key 'row'; it takes 'rows' alone."),
        ('{"rows": [[1]], "x": 1}', ErrorCode.INVALID_INPUT, "The body has an unknown key 'x'; it takes 'rows' alone."),
        ('{"rows": [[1]], "rows": [[1]]}', ErrorCode.INVALID_INPUT, "The body has the key 'rows' twice."),
        ('{"rows": [1]}', ErrorCode.INVALID_INPUT, "Each row must be an object or a list, got 1."),
        ('{"rows": [[1]', ErrorCode.NOT_JSON, "The body is not JSON: it ends too early."),
        ('{"rows": [[1 2]]}', ErrorCode.NOT_JSON, "~ 1, column 14 must have a comma or ']', got '2'."),
        ('{"rows": [[1,]]}', ErrorCode.NOT_JSON, "~ 1, column 14 cannot be read, got ']'."),
        ('{"rows": [[1]]} {', ErrorCode.NOT_JSON, "~ 1, column 17 has something after its end, got '{'."),
        ("{'rows': [[1]]}", ErrorCode.NOT_JSON, '~ 1, column 2 must have a name in double quotes, got "\'".'),
        ('{"rows" [[1]]}', ErrorCode.NOT_JSON, "~ 1, column 9 must have a colon, got '['."),
        ('{"rows": [["a\tb"]]}', ErrorCode.NOT_JSON, "~ 1, column 14 cannot be read, got '\\t'."),
        ('{"rows": [[01]]}', ErrorCode.NOT_JSON, "~ 1, column 13 must have a comma or ']', got '1'."),
    ],
)  # fmt: skip
def test_what_is_not_an_object_with_rows_is_refused(body: str, code: ErrorCode, error: str):
    refused = refusal(body, RowReader(signature(number("x"))))
    assert (refused.code, refused.error) == (code, error.replace("~", "The body is not JSON: line"))


def test_what_is_not_utf8_is_not_json():
    refused = refusal(b'{"rows": [["\xff"]]}')
    assert (refused.code, refused.error) == (
        ErrorCode.NOT_JSON,
        "The body is not JSON in UTF-8: byte 13 cannot be read.",
    )


def test_a_byte_order_mark_is_stepped_over():
    assert RowReader(signature(number("x"))).read_json(b'\xef\xbb\xbf{"rows": [[1]]}').row_count == 1


def test_rows_up_to_the_limit_are_read_and_more_are_refused_with_the_limit():
    reader = RowReader(signature(number("x")), row_limit=3)
    assert reader.read_json(b'{"rows": [[1], [1], [1]]}').row_count == 3
    for last in ("[1]", '["x"]'):
        error = refusal(f'{{"rows": [[1], [1], [1], {last}]}}', reader)
        assert error.code is ErrorCode.TOO_MANY_ROWS
        assert "more than 3 rows" in error.error
        assert "several requests" in error.hint


@pytest.mark.parametrize(
    "name", ["class", "mean radius", "rows", "é", 'a"b\\', "", "f1", "__init__", "\x7f", "x" * 300]
)
def test_a_feature_may_have_any_name(name: str):
    reader = RowReader(signature(number(name), text("other")))
    body = json.dumps({"rows": [{"other": "o", name: 2}]}, ensure_ascii=False).encode()
    assert columns(reader.read_json(body)) == [[2.0], ["o"]]
