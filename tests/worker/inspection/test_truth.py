"""Targets are said as the model says them."""

import polars as pl
import pytest

from worker.contract.signature import Output, OutputKind
from worker.inspection.refusal import Refused
from worker.inspection.truth import truth

NUMBER = Output(kind=OutputKind.NUMBER, name="price")


def classes(*labels: str | int) -> Output:
    return Output(kind=OutputKind.CLASS, name="kind", labels=labels)


@pytest.mark.parametrize(
    ("output", "cells", "expected"),
    [
        (classes("a", "b"), ["a", None, "b"], ["a", None, "b"]),
        (classes(0, 1), ["0", "1.0", None], [0, 1, None]),
        (classes(False, True), ["True", "false", None], [True, False, None]),
        (NUMBER, ["1", "-2.5e3", None], [1.0, -2500.0, None]),
    ],
)
def test_outcomes_are_said_as_the_model_says_them(output, cells, expected):
    said = truth(pl.Series("target", cells), output)
    assert said == expected
    assert [type(value) for value in said] == [type(value) for value in expected]


@pytest.mark.parametrize(
    ("output", "cell", "hint"),
    [
        (classes("a"), "b", "one of 'a'"),
        (classes(0, 1), "1.5", "one of '0', '1'"),
        (NUMBER, "nan", "a number"),
        (NUMBER, "x", "a number"),
    ],
)
def test_what_the_model_could_not_say_is_refused_with_its_row(output, cell, hint):
    with pytest.raises(
        Refused, match=r"The target 'target' is .+ in row 2, which the model cannot answer\."
    ) as refused:
        truth(pl.Series("target", [None, cell], dtype=pl.String), output)
    assert hint in refused.value.hint
