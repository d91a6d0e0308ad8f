"""The phrases: each kind of problem has one, and none asks for what a problem does not tell."""

from string import Formatter

from worker.contract.errors import ProblemCode
from worker.contract.row_phrases import GAVE_UP, LINE, MODEL_FAILED, PHRASES

FACTS = {"feature", "value", "nearest", "length", "expected", "line"}


def test_every_code_has_a_phrase():
    assert set(ProblemCode) <= PHRASES.keys()


def test_every_key_is_of_a_code_or_of_what_is_no_problem():
    codes = {key.partition(".")[0] for key in PHRASES}
    assert codes == {*ProblemCode, MODEL_FAILED, GAVE_UP, LINE}


def test_phrases_name_facts_plainly():
    for template in PHRASES.values():
        for _, name, form, conversion in Formatter().parse(template):
            assert (form or "", conversion) == ("", None), template
            assert name is None or name in FACTS, template
