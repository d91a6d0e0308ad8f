"""The native dialect: what it reads, and the exact bytes it answers."""

import csv
import io
import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.worker.tables.signatures import number, signature
from worker.contract.errors import ErrorBody, ErrorCode, ProblemCode, RowProblem
from worker.dialects import DIALECTS, NATIVE, AnswerContext
from worker.models.answers import Answers, Label
from worker.models.errors import ModelFailed
from worker.tables.errors import InputRefused
from worker.tables.reader import RowReader

READER = RowReader(signature(number("x")))
CONTEXT = AnswerContext("penguins", 3, "r-1", "application/json")
CSV_CONTEXT = CONTEXT._replace(content_type="text/csv")


def classes(predictions: list[Label], probabilities: list[list[float]] | None, labels: tuple[Label, ...]) -> Answers:
    array = None if probabilities is None else np.array(probabilities)
    return Answers(np.array(predictions), array, labels)


PENGUINS = classes(["Gentoo", "Adelie"], [[0.25, 0.75], [0.9, 0.1]], ("Adelie", "Gentoo"))


def test_it_is_registered_by_its_name():
    assert DIALECTS["native"] is NATIVE


@pytest.mark.parametrize(
    "content_type", ["application/json", "Application/JSON; charset=UTF-8", 'application/json;charset="utf-8"']
)
def test_json_is_read_as_json(content_type: str):
    assert NATIVE.read(b'{"rows": [[1]]}', content_type, READER).row_count == 1
    assert NATIVE.content_type(content_type) == "application/json"


@pytest.mark.parametrize("content_type", ["text/csv", "text/csv; charset=utf-8; header=present"])
def test_csv_is_read_and_answered_as_csv(content_type: str):
    assert NATIVE.read(b"x\n1\n2\n", content_type, READER).row_count == 2
    assert NATIVE.content_type(content_type) == "text/csv; charset=utf-8"


@pytest.mark.parametrize(
    "content_type", ["", "text/plain", "application/jsonp", "text/csv; charset=latin-1", "x" * 9999]
)
def test_other_content_types_are_refused_with_what_is_accepted(content_type: str):
    with pytest.raises(InputRefused) as caught:
        NATIVE.read(b"{}", content_type, READER)
    assert caught.value.code is ErrorCode.UNSUPPORTED_MEDIA_TYPE
    assert "application/json or text/csv" in caught.value.message
    assert len(caught.value.message) < 300
    assert NATIVE.content_type(content_type) == "application/json"


def test_classes_are_answered_with_their_probabilities():
    assert json.loads(NATIVE.write(PENGUINS, CONTEXT)) == {
        "endpoint": "penguins",
        "version": 3,
        "request_id": "r-1",
        "predictions": [
            {"prediction": "Gentoo", "probabilities": {"Adelie": 0.25, "Gentoo": 0.75}},
            {"prediction": "Adelie", "probabilities": {"Adelie": 0.9, "Gentoo": 0.1}},
        ],
    }


def test_classes_without_probabilities_and_numbers_have_no_such_key():
    for answers in (classes([1, 0], None, (0, 1)), Answers(np.array([1.0, 0.0]))):
        assert json.loads(NATIVE.write(answers, CONTEXT))["predictions"] == [{"prediction": 1}, {"prediction": 0}]


@pytest.mark.parametrize(
    ("labels", "written"),
    [
        ((0, 1), b'"prediction":1,"probabilities":{"0":0.5,"1":0.5}'),
        ((False, True), b'"prediction":true,"probabilities":{"false":0.5,"true":0.5}'),
    ],
)
def test_labels_keep_their_type_and_are_keys_as_json_writes_them(labels: tuple[Label, ...], written: bytes):
    assert written in NATIVE.write(classes([labels[1]], [[0.5, 0.5]], labels), CONTEXT)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_numbers_come_back_bit_by_bit(numbers: list[float]):
    answers = Answers(np.array(numbers))
    read = [row["prediction"] for row in json.loads(NATIVE.write(answers, CONTEXT), parse_int=float)["predictions"]]
    assert list(map(repr, read)) == list(map(repr, numbers))
    lines = list(csv.reader(io.StringIO(NATIVE.write(answers, CSV_CONTEXT).decode())))
    assert [float(cell) for [cell] in lines[1:]] == numbers


def test_csv_has_a_column_for_each_label():
    assert NATIVE.write(PENGUINS, CSV_CONTEXT) == (
        b"prediction,probability_Adelie,probability_Gentoo\r\nGentoo,0.25,0.75\r\nAdelie,0.9,0.1\r\n"
    )


def test_csv_quotes_labels_and_writes_true_and_false():
    assert NATIVE.write(classes(['a,"b'], None, ('a,"b',)), CSV_CONTEXT) == b'prediction\r\n"a,""b"\r\n'
    assert NATIVE.write(classes([True], None, (False, True)), CSV_CONTEXT) == b"prediction\r\ntrue\r\n"


@pytest.mark.parametrize("context", [CONTEXT, CSV_CONTEXT])
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_an_error_and_never_said(context: AnswerContext, value: float):
    for answers in (Answers(np.array([1.0, value])), classes(["a", "b"], [[1.0, 0.0], [value, 0.0]], ("a", "b"))):
        with pytest.raises(ModelFailed, match="row 2") as caught:
            NATIVE.write(answers, context)
        assert caught.value.body().code is ErrorCode.MODEL_ERROR


def test_a_slice_of_answers_is_written_as_the_answers_alone_would_be():
    assert json.loads(NATIVE.write(PENGUINS.slice(1, 2), CONTEXT))["predictions"] == [
        {"prediction": "Adelie", "probabilities": {"Adelie": 0.9, "Gentoo": 0.1}}
    ]


def test_an_error_is_json_with_its_rows():
    problem = RowProblem(row=2, feature="x", code=ProblemCode.MISSING, message="m", facts={"value": "v"})
    body = ErrorBody(error="e", code=ErrorCode.INVALID_INPUT, hint="h", rows=(problem,))
    assert json.loads(NATIVE.write_error(body)) == {
        "error": "e",
        "code": "invalid_input",
        "hint": "h",
        "rows": [{"row": 2, "feature": "x", "code": "missing", "message": "m", "facts": {"value": "v"}}],
    }
