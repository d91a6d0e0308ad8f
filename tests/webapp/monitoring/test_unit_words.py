"""Changes of unit in two languages."""

from django.utils import translation

from webapp.monitoring.unit_words import UNITS, unit_words
from worker.stats.units import CONVERSIONS

SYMBOLS = {"cm", "mm", "m", "kg", "g", "mg", "km", "m/s", "km/h", "kcal", "kJ", "°C", "°F", "K"}


def test_a_change_is_told_in_the_language_of_the_reader():
    assert unit_words("carat to mg") == "carat to mg"
    with translation.override("fr"):
        assert unit_words("m to cm, share to percent") == "m en cm, proportion en pour cent"


def test_every_unit_has_a_name_or_is_a_symbol():
    names = [each.name for each in CONVERSIONS if each.name]
    units = {unit for name in names for change in name.split(", ") for unit in change.split(" to ")}
    assert units == SYMBOLS | set(UNITS)
