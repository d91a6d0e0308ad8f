"""The changes of unit that `worker/stats/units.py` names, in the language of whoever reads."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

UNITS: Final[dict[str, Promise]] = {
    "share": pgettext_lazy("unit", "share"),
    "percent": pgettext_lazy("unit", "percent"),
    "unit": pgettext_lazy("unit", "unit"),
    "hundredth": pgettext_lazy("unit", "hundredth"),
    "thousandth": pgettext_lazy("unit", "thousandth"),
    "ten-thousandth": pgettext_lazy("unit", "ten-thousandth"),
    "millionth": pgettext_lazy("unit", "millionth"),
    "billionth": pgettext_lazy("unit", "billionth"),
    "carat": pgettext_lazy("unit", "carat"),
    "years": pgettext_lazy("unit", "years"),
    "months": pgettext_lazy("unit", "months"),
    "weeks": pgettext_lazy("unit", "weeks"),
    "days": pgettext_lazy("unit", "days"),
    "hours": pgettext_lazy("unit", "hours"),
    "minutes": pgettext_lazy("unit", "minutes"),
    "seconds": pgettext_lazy("unit", "seconds"),
    "inches": pgettext_lazy("unit", "inches"),
    "feet": pgettext_lazy("unit", "feet"),
    "miles": pgettext_lazy("unit", "miles"),
    "pounds": pgettext_lazy("unit", "pounds"),
    "ounces": pgettext_lazy("unit", "ounces"),
    "US gallons": pgettext_lazy("unit", "US gallons"),
    "litres": pgettext_lazy("unit", "litres"),
}
"""Those whose names are words; symbols, such as kg, are the same everywhere."""


def unit_words(names: str) -> str:
    """Return the changes of unit of a cause, such as `g to carat`; several are separated by commas."""
    return ", ".join(_change(*name.split(" to ")) for name in names.split(", "))


def _change(before: str, after: str) -> str:
    facts = {"before": UNITS.get(before, before), "after": UNITS.get(after, after)}
    return _("%(before)s to %(after)s") % facts
