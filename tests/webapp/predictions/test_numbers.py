"""Numbers as people read them."""

import math

import pytest
from django.utils import translation

from webapp.predictions.numbers import (
    canonical_number,
    number_words,
    percent_words,
    range_words,
    size_words,
    typed_number,
)
from webapp.sentences import TIMES


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "0"),
        (2007, "2007"),
        (17980, "17,980"),
        (2401.8081622322525, "2,401.81"),
        (0.04235, "0.04235"),
        (39.1, "39.1"),
        (-5.5, "-5.5"),
        (1234567.89, "1,234,570"),
        (1234567, "1,234,567"),
        (326.50412, "326.504"),
        (1e-9, f"1{TIMES}10⁻⁹"),
        (1e300, f"1{TIMES}10³⁰⁰"),
        (math.inf, "inf"),
        (0.30000000000000004, "0.3"),
        (999999.96, "1,000,000"),
    ],
)
def test_a_number_is_short_and_grouped(value, words):
    assert number_words(value) == words


@pytest.mark.parametrize(
    ("size_bytes", "words"),
    [
        (0, "0 bytes"),
        (1023, "1023 bytes"),
        (1024, "1 KiB"),
        (1 << 20, "1 MiB"),
        (19 << 29, "9.5 GiB"),
        (1 << 41, "2048 GiB"),
    ],
)
def test_a_size_is_in_the_unit_that_people_read_best(size_bytes, words):
    assert size_words(size_bytes).replace("\N{NO-BREAK SPACE}", " ") == words


def test_a_number_reads_french():
    with translation.override("fr"):
        assert number_words(2401.81).replace("\N{NO-BREAK SPACE}", " ").replace("\u202f", " ") == "2 401,81"


@pytest.mark.parametrize(
    ("share", "words"),
    [(0.987, "98.7 %"), (0, "0.0 %"), (1, "100.0 %"), (0.0004, "under 0.1 %"), (0.9999, "over 99.9 %")],
)
def test_a_share_never_reads_as_nothing_or_all_when_it_is_not(share, words):
    assert percent_words(share) == words


def test_a_range_has_its_unit_once():
    assert range_words(32.1, 59.6, "mm") == "32.1 to 59.6\N{NO-BREAK SPACE}mm"


@pytest.mark.parametrize(
    ("share", "words"), [(0.99367, "99.4 %"), (0.9834, "98.3 %"), (0.0006, "0.1 %"), (0.99949, "99.9 %")]
)
def test_a_share_is_rounded_and_not_cut_off(share, words):
    assert percent_words(share) == words


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        ("39,1", "39.1"),
        ("-0,5", "-0.5"),
        (" 39.1 ", "39.1"),
        (",5", "0.5"),
        ("1,234,567", "1,234,567"),
        ("1,234.5", "1,234.5"),
        ("long", "long"),
        ("", ""),
    ],
)
def test_a_french_comma_is_a_point(typed, canonical):
    with translation.override("fr"):
        assert canonical_number(typed) == canonical


@pytest.mark.parametrize(("typed", "canonical"), [("4,750", "4,750"), (".5", "0.5"), ("-.5", "-0.5"), ("5.", "5.")])
def test_an_english_comma_is_not_guessed_at(typed, canonical):
    assert canonical_number(typed) == canonical


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        ("4 750", "4750"),
        ("4\N{NO-BREAK SPACE}750", "4750"),
        ("-1\N{NARROW NO-BREAK SPACE}234\N{NARROW NO-BREAK SPACE}567.5", "-1234567.5"),
        ("47 50", "47 50"),
        ("1234 567", "1234 567"),
        ("0 123", "0 123"),
        ("4  750", "4  750"),
    ],
)
def test_spaces_between_groups_of_three_are_taken(language, typed, canonical):
    with translation.override(language):
        assert canonical_number(typed) == canonical


def test_a_grouped_number_with_a_comma_is_taken_where_the_comma_is_the_mark():
    with translation.override("fr"):
        assert canonical_number("4\N{NARROW NO-BREAK SPACE}750,5") == "4750.5"
    assert canonical_number("4 750,5") == "4 750,5"


@pytest.mark.parametrize(("language", "words"), [("en", "39.1"), ("fr", "39,1")])
def test_a_number_is_shown_as_it_is_typed(language, words):
    with translation.override(language):
        assert typed_number("39.1") == words
        assert typed_number("no.1") == "no.1"
