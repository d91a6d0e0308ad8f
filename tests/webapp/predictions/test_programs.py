"""The calls that a page shows really ask what the page asked."""

import ast
import json
import shlex

import msgspec

from webapp.predictions.programs import programs

ROW = {"name": "O'Brien “x”", "a": msgspec.Raw(b"46.10"), "b": None, "c": True, **{f"feature {n}": n for n in range(9)}}


def test_curl_sends_the_row():
    words = shlex.split(programs("http://box/predict", ROW).curl)
    assert words[1] == "http://box/predict"
    assert json.loads(words[-1])["rows"][0] == {**ROW, "a": 46.1}


def test_python_sends_the_row():
    module = ast.parse(programs("http://box/predict", ROW, "bst_1").python)
    row = next(each.value for each in module.body if isinstance(each, ast.Assign))
    assert ast.literal_eval(row) == {**ROW, "a": 46.1}


def test_the_key_stands_in_both():
    both = programs("http://box/predict", ROW, "bst_1")
    assert "Bearer bst_1" in both.curl
    assert "Bearer bst_1" in both.python


def test_lines_stay_short():
    assert max(map(len, programs("http://box/predict", ROW).python.splitlines())) < 90
