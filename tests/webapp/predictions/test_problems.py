"""Every code has its words, from facts alone."""

import pytest
from django.utils import translation

from webapp.predictions.problems import ERRORS, error_words, sentence
from worker.contract.errors import ErrorBody, ErrorCode, ProblemCode, RowProblem


def problem(code: ProblemCode, **facts: object) -> RowProblem:
    return RowProblem(row=1, feature="x", code=code, message="The English sentence.", facts=facts)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (problem(ProblemCode.MISSING), "The model needs a value here."),
        (problem(ProblemCode.WRONG_TYPE, expected="number"), "This must be a number."),
        (problem(ProblemCode.WRONG_TYPE, expected="category"), "This must be one of the list."),
        (
            problem(ProblemCode.WRONG_TYPE, expected="number", value="'4,750'"),
            "This must be a number. “4,750” was typed; write it like 4750 or 0.5.",
        ),
        (problem(ProblemCode.WRONG_TYPE, expected="integer", value="'soon'"), "“soon” was typed; write it like 4750."),
        (problem(ProblemCode.DOES_NOT_FIT, value="2.5"), "a whole number. “2.5” was typed;"),
        (problem(ProblemCode.WRONG_TYPE), "This value is of the wrong kind."),
        (problem(ProblemCode.NOT_FINITE, value="NaN"), "This must be a finite number."),
        (problem(ProblemCode.DOES_NOT_FIT, value="2.5"), "This must be a whole number."),
        (problem(ProblemCode.DOES_NOT_FIT, maximum=2**53), "This number is too large."),
        (problem(ProblemCode.UNKNOWN_CATEGORY, value="Biscow", nearest="Biscoe"), "nearest that it knows is “Biscoe”"),
        (problem(ProblemCode.UNKNOWN_CATEGORY, value="?"), "The model does not know “?”."),
        (problem(ProblemCode.WRONG_LENGTH), "The English sentence."),
    ],
)
def test_a_problem_is_a_sentence(given, words):
    assert words in sentence(given)


def test_a_problem_speaks_french():
    with translation.override("fr"):
        assert (
            sentence(problem(ProblemCode.MISSING))
            == "Le modèle a besoin d\N{RIGHT SINGLE QUOTATION MARK}une valeur ici."
        )


def test_problems_outside_the_fields_speak_for_themselves():
    body = ErrorBody(error="Row 1 is odd.", code=ErrorCode.INVALID_INPUT, hint="Look.")
    assert error_words(body, are_in_fields=False) == ("Row 1 is odd.", "Look.")


@pytest.mark.parametrize("code", ERRORS)
def test_errors_say_what_happened_and_what_to_do(code):
    happened, to_do = error_words(ErrorBody(error="E", code=code), are_in_fields=True)
    assert happened != "E"
    assert to_do
