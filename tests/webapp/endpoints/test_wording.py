"""What an endpoint predicts and how it is, in words."""

from datetime import timedelta

import pytest
from django.utils import translation

from tests.playground import NOON, PRICE, SPECIES
from webapp.endpoints.wording import purpose, since
from worker.contract.signature import Output, OutputKind


@pytest.mark.parametrize(
    ("ago", "words"),
    [(0, "since today"), (1, "since Sunday"), (6, "since Tuesday"), (7, "since 10 November 2025")],
)
def test_a_date_is_told_as_people_tell_it(settings, ago, words):
    settings.TIME_ZONE = "UTC"
    assert since(NOON - timedelta(days=ago), NOON) == words


def test_a_day_is_that_of_the_machines_time_zone(settings):
    settings.TIME_ZONE = "Pacific/Auckland"  # where at noon in UTC the 18th is an hour old
    assert since(NOON, NOON + timedelta(hours=12)) == "since today"
    assert since(NOON - timedelta(hours=2), NOON) == "since Monday"


def test_a_date_is_told_in_french(settings):
    settings.TIME_ZONE = "UTC"
    with translation.override("fr"):
        assert since(NOON - timedelta(days=1), NOON) == "depuis dimanche"
        assert since(NOON - timedelta(days=30), NOON) == "depuis le 18 octobre 2025"


def test_classes_are_listed():
    assert purpose(SPECIES.output) == "Predicts species: Adelie or Gentoo."


def test_a_number_has_its_unit():
    assert purpose(PRICE.output) == "Predicts price in USD."


def test_a_number_without_a_unit_is_just_named():
    assert purpose(Output(kind=OutputKind.NUMBER, name="body_mass")) == "Predicts body mass."


def test_many_classes_are_counted():
    labels = tuple(range(10))
    assert purpose(Output(kind=OutputKind.CLASS, name="digit", labels=labels)) == "Predicts digit, one of 10."
