"""The phrases that a plan carries are the contract's, in the reader's language."""

import re

from django.utils import translation

from webapp.predictions.row_phrases import row_phrases
from worker.contract.row_phrases import PHRASES

PLACEHOLDER = re.compile(r"\{(\w+)\}")


def test_the_english_phrases_are_those_of_the_contract():
    with translation.override("en"):
        assert row_phrases() == PHRASES


def test_every_phrase_is_translated_with_its_placeholders():
    with translation.override("fr"):
        said = row_phrases()
    assert said.keys() == PHRASES.keys()
    for key, template in said.items():
        assert template != PHRASES[key]
        assert sorted(PLACEHOLDER.findall(template)) == sorted(PLACEHOLDER.findall(PHRASES[key]))


def test_french_quotes_values_and_keeps_its_marks_on_the_line():
    with translation.override("fr"):
        said = row_phrases()["wrong_type.number"]
    assert said.startswith("{feature}\u00a0: «\u00a0{value}\u00a0» n")
