"""Numbers as people read them."""

import math

import pytest
from django.utils import translation

from webapp.predictions.numbers import number_words, percent_words, range_words


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
        (1234567.89, "1,234,568"),
        (1e-9, "1e-09"),
        (1e300, "1e+300"),
        (math.inf, "inf"),
        (0.30000000000000004, "0.3"),
        (999999.96, "1,000,000"),
    ],
)
def test_a_number_is_short_and_grouped(value, words):
    assert number_words(value) == words


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
