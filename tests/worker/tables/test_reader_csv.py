"""Reading CSV: header, cells, and the sentences for what people's spreadsheets make of it."""

from typing import Any

import numpy as np
import pytest

from tests.worker.tables.signatures import MIXED, boolean, category, integer, number, signature, text
from worker.contract.errors import ErrorBody, ErrorCode, ProblemCode
from worker.contract.signature import Feature
from worker.tables.errors import InputRefused
from worker.tables.reader import RowReader

PAIR = RowReader(signature(number("age"), category("island", "Biscoe", "Dream")))


def refusal(body: bytes | str, reader: RowReader = PAIR) -> ErrorBody:
    with pytest.raises(InputRefused) as caught:
        reader.read_csv(body if isinstance(body, bytes) else body.encode())
    return caught.value.body()


def read_one(feature: Feature, cell: str) -> Any:
    reader = RowReader(signature(feature, text("last", required=False)))
    return reader.read_csv(f"{feature.name},last\n{cell},\n".encode()).columns[0].tolist()[0]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_columns_come_in_any_order_with_quotes_and_either_line_end(mark: bytes, line_end: str):
    lines = ["note,island,mean radius,class,year", '"a ""b"", c",Dream,1.5,true,2007', ",Biscoe,.5,false,3.0", ""]
    table = RowReader(MIXED).read_csv(mark + line_end.join(lines).encode())
    columns = [column.tolist() for column in table.columns[:5]]
    assert columns == [[1.5, 0.5], [2007, 3], ["Dream", "Biscoe"], [True, False], ['a "b", c', None]]
    assert np.isnan(table.columns[5]).all()


def test_a_line_end_within_quotes_is_text():
    table = RowReader(signature(text("note"), number("x"))).read_csv(b'note,x\n"a\nb",1\n')
    assert table.columns[0].tolist() == ["a\nb"]


def test_an_empty_line_is_a_missing_value_where_there_is_one_column():
    table = RowReader(signature(number("x", required=False))).read_csv(b"x\n1\n\n2\n")
    np.testing.assert_array_equal(table.columns[0], [1.0, np.nan, 2.0])


@pytest.mark.parametrize(
    ("feature", "cell", "value"),
    [
        (number("x"), "+1.50e1", 15.0),
        (number("x"), "1.", 1.0),
        (integer("x"), "007", 7),
        (integer("x"), "3.0", 3),
        (boolean("x"), "true", True),
        (text("x"), "12", "12"),
        (category("x", "1", "2"), "2", "2"),
    ],
)
def test_a_cell_is_read_by_the_type_of_its_feature(feature: Feature, cell: str, value: object):
    read = read_one(feature, cell)
    assert (type(read), read) == (type(value), value)


@pytest.mark.parametrize("cell", ["1_000", " 1", "0x1", "\u0661", "1e", "--1", "1.2.3", "1 000", "NA"])
def test_what_python_takes_for_a_number_or_nearly_one_is_refused(cell: str):
    assert refusal(f"age,island\n{cell},Dream\n").rows[0].code is ProblemCode.WRONG_TYPE


@pytest.mark.parametrize(("cell", "code"), [("nan", "not_finite"), ("-INF", "not_finite"), ("1e400", "does_not_fit")])
def test_numbers_that_are_not_finite_are_refused(cell: str, code: str):
    assert refusal(f"age,island\n{cell},Dream\n").rows[0].code == code


@pytest.mark.parametrize("cell", ["True", "TRUE", "1", "yes"])
def test_booleans_are_true_and_false_alone(cell: str):
    error = refusal(f"ok\n{cell}\n", RowReader(signature(boolean("ok"))))
    assert error.error == f"Feature 'ok' in row 1 must be true or false, got {cell!r}."


def test_a_decimal_comma_gets_a_clear_sentence():
    error = refusal('age,island\n"1,5",Dream\n')
    assert error.error == "Feature 'age' in row 1 must be a number, got '1,5'; write the decimal point as '.'."


def test_an_empty_cell_of_a_required_feature_is_missing():
    assert refusal("age,island\n1,Dream\n,Dream\n").error == "Feature 'age' in row 2 may not be missing."


@pytest.mark.parametrize(
    ("body", "error", "hint"),
    [
        ("", "The CSV has no header.", "separated by commas"),
        ("\n1,Dream", "The CSV has no header.", "separated by commas"),
        ("age,island\n", "The request has no rows.", "at least one row"),
        ("age\n1\n", "The CSV lacks the column 'island'.", "must name the features"),
        ("age,isl\n1,Dream\n", "The CSV has the column 'isl', which the model does not know.", "'island'"),
        ("age,age,island\n", "The CSV has the column 'age' more than once.", "once"),
        ("age;island\n1;Dream\n", "The CSV has the column 'age;island', which the model does not know.", "semicolons"),
        ("age\tisland\n", "The CSV has the column 'age\\tisland', which the model does not know.", "tabs"),
        ('age,island\n"1,Dream\n', "The body is not CSV: line 2: unexpected end of data.", "CSV library"),
        ('age,island\n"1"2,Dream\n', "The body is not CSV: line 2: ',' expected after '\"'.", "CSV library"),
        (b"age,island\n\xff,Dream\n", "The body is not CSV in UTF-8: byte 12 cannot be read.", "UTF-8"),
    ],
)
def test_what_is_no_csv_of_the_signature_is_refused(body: bytes | str, error: str, hint: str):
    refused = refusal(body)
    assert (refused.code, refused.error) == (ErrorCode.INVALID_INPUT, error)
    assert hint in refused.hint


def test_rows_of_another_length_are_named_and_empty_lines_at_the_end_are_not():
    error = refusal("age,island\n1,Dream,3\n\n2,Dream\n\n\n")
    assert [(problem.row, problem.message) for problem in error.rows] == [
        (1, "Row 1 has 3 values, and the model takes 2."),
        (2, "Row 2 has 0 values, and the model takes 2."),
    ]


def test_more_rows_than_the_limit_are_refused():
    error = refusal("x\n" + "1\n" * 4, RowReader(signature(number("x")), row_limit=3))
    assert error.code is ErrorCode.TOO_MANY_ROWS


def test_a_header_of_a_hundred_thousand_columns_is_refused_briefly():
    error = refusal(",".join(f"c{i}" for i in range(100_000)) + "\n")
    assert len(error.error) < 300
