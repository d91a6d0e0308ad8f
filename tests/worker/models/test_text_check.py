"""Steps that take documents as they are pass; those that read files, or could try a pattern for ever, are refused."""

import pytest
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfVectorizer

from worker.models.errors import ModelRefused
from worker.models.text_check import check_texts


@pytest.mark.parametrize(
    "pattern", [r"(?u)\b\w\w+\b", r"\S+", "[a-z]+(?:'[a-z]+)?", r"(?:\d{4})|[a-z]+", r"(\w)\1+", None]
)
def test_usual_patterns_pass(pattern):
    check_texts(TfidfVectorizer(token_pattern=pattern))


@pytest.mark.parametrize("pattern", ["(a+)+$", "(?:(?:a+)+)$", "(a|a)*b", "(?=(a*)*b)", "(?>(a?)*?)", "(a?){40}a{40}"])
def test_patterns_that_may_try_for_ever_are_refused(pattern):
    with pytest.raises(ModelRefused, match="repeats what itself repeats"):
        check_texts(TfidfVectorizer(token_pattern=pattern))


@pytest.mark.parametrize("kind", [CountVectorizer, HashingVectorizer, TfidfVectorizer])
@pytest.mark.parametrize("source", ["filename", "file"])
def test_files_of_the_machine_are_not_read(kind, source):
    with pytest.raises(ModelRefused, match="from files of the machine"):
        check_texts(kind(input=source))
