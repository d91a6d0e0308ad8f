"""Words are the English sentence and remember how it was made."""

import json

import pytest

from appliance.checks.check import Check, Status
from appliance.checks.words import NOTHING, Words

SIZE = Words("{size:.1f} GiB", size=7.96)


def test_words_are_their_sentence():
    assert SIZE == "8.0 GiB"


def test_words_remember_their_template_and_facts():
    assert SIZE.to_json() == {"template": "{size:.1f} GiB", "facts": {"size": 7.96}}


def test_a_fact_that_is_missing_is_an_error_at_once():
    with pytest.raises(KeyError):
        Words("{size} GiB")


def test_nothing_is_no_words():
    assert not NOTHING


def test_a_check_is_written_with_its_sentences_and_what_they_are_made_of():
    check = Check(id="memory", title=Words("Memory"), measured=SIZE, needed=Words("1 GiB"), status=Status.PASSED)
    written = json.loads(json.dumps(check.to_json()))
    assert written["measured"] == "8.0 GiB"
    assert written["words"]["measured"] == SIZE.to_json()
    assert "hint" not in written["words"]
