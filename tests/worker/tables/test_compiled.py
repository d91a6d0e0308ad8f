"""The fast way takes the usual bodies and leaves doubtful ones alone."""

import json

import pytest

from tests.worker.tables.signatures import MIXED, MIXED_ROW
from worker.tables.compiled import CompiledRows

COMPILED = CompiledRows(MIXED)
REQUIRED = {name: value for name, value in MIXED_ROW.items() if name not in {"note", "age"}}


@pytest.mark.parametrize("row", [MIXED_ROW, REQUIRED, REQUIRED | {"age": None}, list(MIXED_ROW.values())])
def test_usual_rows_are_taken(row: object):
    assert COMPILED.read(json.dumps({"rows": [row, row]}, indent=1).encode()) is not None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b'{"rows": 1}',
        b'{"rows": [[]]}',
        json.dumps({"rows": [REQUIRED | {"year": 2**53 + 1}]}).encode(),
        json.dumps({"rows": [REQUIRED | {"mean radius": 2.0**53}]}).encode(),
        json.dumps({"rows": [REQUIRED | {"mean radius": "1"}]}).encode(),
        json.dumps({"rows": [REQUIRED | {"other": 1}]}).encode(),
        json.dumps({"rows": [MIXED_ROW]}).encode().replace(b'"age"', b'"age": 1, "age"'),
    ],
)
def test_doubtful_rows_are_left_to_the_careful_reader(body: bytes):
    assert COMPILED.read(body) is None
