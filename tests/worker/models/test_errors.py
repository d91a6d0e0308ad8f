"""Errors of models travel to callers with a code."""

import pytest

from worker.contract.errors import ErrorCode
from worker.contract.words import Words
from worker.models.errors import ModelError, ModelFailed, ModelMissing, ModelRefused


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (ModelMissing, ErrorCode.MODEL_NOT_READY),
        (ModelRefused, ErrorCode.MODEL_ERROR),
        (ModelFailed, ErrorCode.MODEL_ERROR),
    ],
)
def test_an_error_becomes_a_body_with_its_code(kind: type[ModelError], code: ErrorCode):
    body = kind(Words("It is so."), Words("Do this.")).body()
    assert (body.error, body.code, body.hint, body.rows) == ("It is so.", code, "Do this.", ())
