"""Changes of unit that happen to columns of numbers, as a new value = old value · factor + offset."""

from typing import Final, NamedTuple


class Conversion(NamedTuple):
    """A change of unit, and what it is called; a change of sign has no name."""

    name: str
    factor: float
    offset: float = 0.0


_FACTORS: Final = (
    ("cm to mm", 10.0),
    ("m to cm, share to percent, unit to hundredth", 100.0),
    ("kg to g, m to mm, unit to thousandth", 1_000.0),
    ("unit to ten-thousandth", 10_000.0),
    ("unit to millionth", 1e6),
    ("unit to billionth", 1e9),
    ("carat to mg", 200.0),
    ("g to carat", 5.0),
    ("weeks to days", 7.0),
    ("years to months", 12.0),
    ("days to hours", 24.0),
    ("hours to minutes, minutes to seconds", 60.0),
    ("hours to seconds", 3_600.0),
    ("days to minutes", 1_440.0),
    ("days to seconds", 86_400.0),
    ("years to days", 365.25),
    ("inches to cm", 2.54),
    ("inches to mm", 25.4),
    ("feet to cm", 30.48),
    ("m to feet", 1 / 0.3048),
    ("miles to km", 1.609344),
    ("kg to pounds", 1 / 0.45359237),
    ("ounces to g", 28.349523),
    ("US gallons to litres", 3.785412),
    ("m/s to km/h", 3.6),
    ("kcal to kJ", 4.184),
)


def _turned(names: str) -> str:
    """Return the names of the opposite changes."""
    return ", ".join(" to ".join(reversed(name.split(" to "))) for name in names.split(", "))


CONVERSIONS: Final = (
    *(Conversion(names, factor) for names, factor in _FACTORS),
    *(Conversion(_turned(names), 1 / factor) for names, factor in _FACTORS),
    Conversion("°C to K", 1.0, 273.15),
    Conversion("K to °C", 1.0, -273.15),
    Conversion("°C to °F", 1.8, 32.0),
    Conversion("°F to °C", 1 / 1.8, -32 / 1.8),
    Conversion("K to °F", 1.8, -459.67),
    Conversion("°F to K", 1 / 1.8, 459.67 / 1.8),
    Conversion("", -1.0),
)
