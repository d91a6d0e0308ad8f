"""Beside a row stands what is wrong, on one line, in the language of the phrases and else in English."""

import pytest

from worker.contract.errors import ProblemCode, RowProblem
from worker.contract.row_phrases import GAVE_UP, LINE, PHRASES
from worker.tables.row_sentences import phrase, sentence, sentences


def problem(code: ProblemCode = ProblemCode.WRONG_TYPE, feature: str | None = "age", **facts: object) -> RowProblem:
    return RowProblem(row=3, feature=feature, code=code, message="The English\nsentence.", facts=facts)


COMMA = problem(kind="decimal_comma", value="1,5")


def test_a_phrase_of_the_kind_is_said():
    assert sentence(COMMA, {"wrong_type.decimal_comma": "{feature} : {value} !"}) == "age : 1,5 !"


def test_a_phrase_of_the_code_stands_in_for_one_of_the_kind():
    assert sentence(COMMA, {"wrong_type": "{feature} : {value} ?"}) == "age : 1,5 ?"


@pytest.mark.parametrize("kind", ["decimal_comma", "unheard_of"])
@pytest.mark.parametrize("broken", ["", "{", "{0}", "{other}", "{value.__class__}", "{value!r}", "{value:9999999999}"])
def test_a_phrase_that_cannot_be_filled_in_is_said_in_english(kind: str, broken: str):
    said = sentence(problem(kind=kind, value="1,5"), {f"wrong_type.{kind}": broken, "wrong_type": broken})
    assert said.startswith("age: 1,5 ")


def test_a_problem_without_its_facts_speaks_for_itself_on_one_line():
    assert sentence(problem(), {}) == "The English sentence."


def test_values_are_cut_and_on_one_line():
    said = sentence(problem(value="a\n\x1b[31m\u202eb" + "c" * 100, kind="number"), PHRASES)
    assert said == "age: a  [31m b" + "c" * 51 + "… is no number"


def test_braces_of_a_value_are_shown_as_they_are():
    assert sentence(problem(value="{feature}", kind="number"), PHRASES) == "age: {feature} is no number"


def test_the_nearest_category_is_named():
    given = problem(ProblemCode.UNKNOWN_CATEGORY, kind="nearest", value="Dreem", nearest="Dream")
    assert sentence(given, PHRASES) == "age: Dreem is not known, the nearest is Dream"


def test_several_problems_are_joined():
    given = [problem(ProblemCode.MISSING, kind=""), problem(ProblemCode.WRONG_LENGTH, None, length=3, expected=2)]
    assert sentences(given, {}) == "age: the value is missing; the line has 3 cells, the file has 2 columns"


def test_what_is_no_problem_of_a_value_is_said_too():
    assert phrase(LINE, {"line": "ligne {line}"}, line=7) == "ligne 7"
    assert phrase(LINE, {"line": "ligne {other}"}, line=7) == "line 7"
    assert phrase(GAVE_UP, {}) == "These rows ended the worker each time they were tried"
