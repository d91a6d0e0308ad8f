"""Numbers as people read them, in their language."""

import math
import re
from decimal import Decimal
from typing import Final

from django.utils.formats import get_format
from django.utils.translation import gettext as _

from webapp.sentences import localised

GROUPED_FROM: Final = 10_000
"""Years and other whole numbers of four digits stay as they are."""

EXACT_DIGITS: Final = 16
POWER_DIGITS: Final = 6
"""Where a power of ten is written, more digits would tell nobody anything."""

KIB: Final = 1024

GAP: Final = re.compile("[ \N{NO-BREAK SPACE}\N{THIN SPACE}\N{NARROW NO-BREAK SPACE}]")
GROUPED_NUMBER: Final = re.compile(rf"-?\d{{1,3}}({GAP.pattern}\d{{3}})+([.,]\d+)?")
JSON_NUMBER: Final = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?")


def number_words(value: float, digits: int = 6) -> str:
    """Return a number rounded to at most `digits` significant digits; a whole number keeps all of its own."""
    if not math.isfinite(value):
        return str(value)
    if value != 0 and not 1e-4 <= abs(value) < 10.0**EXACT_DIGITS:
        return localised(f"{value:.{min(digits, POWER_DIGITS)}g}")
    magnitude = math.floor(math.log10(abs(value))) if value else 0
    decimals = 0 if float(value).is_integer() else digits - 1 - magnitude
    rounded = Decimal(repr(value)).quantize(Decimal(1).scaleb(-decimals)).normalize()
    places = max(0, -int(rounded.as_tuple().exponent))
    is_grouped = abs(value) >= (GROUPED_FROM if places == 0 else GROUPED_FROM / 10)
    return localised(f"{rounded:z{',' if is_grouped else ''}.{places}f}")


def percent_words(share: float) -> str:
    """Return a share as a percentage with one decimal; what is neither nothing nor all never reads as such."""
    if 0 < share < 0.0005:
        return _("under 0.1 %")
    if 0.9995 <= share < 1:
        return _("over 99.9 %")
    return _("%(number)s %%") % {"number": rounded_words(share * 100, decimals=1)}


def rounded_words(value: float, decimals: int) -> str:
    """Return a number with this many decimals."""
    return localised(f"{round(value, decimals):z.{decimals}f}")


def canonical_number(text: str) -> str:
    """Return a number that was typed as JSON writes it, digit for digit; any other text as it is.

    A comma is the decimal mark only where the person's language has it so: elsewhere it may part thousands. A space
    between groups of three digits means nothing else in any language.
    """
    number, mark = text.strip(), str(get_format("DECIMAL_SEPARATOR"))
    if GROUPED_NUMBER.fullmatch(number):
        number = GAP.sub("", number)
    if number.count(mark) == 1 and "." not in number:
        number = number.replace(mark, ".")
    if number.startswith((".", "-.")):
        number = number.replace(".", "0.", 1)
    return number if JSON_NUMBER.fullmatch(number) else text


def typed_number(text: str) -> str:
    """Return a JSON number as the person types it, with the decimal mark of the language; any other text as it is."""
    mark = str(get_format("DECIMAL_SEPARATOR"))
    return text.replace(".", mark) if JSON_NUMBER.fullmatch(text) else text


def with_unit(words: str, unit: str) -> str:
    """Return a number with its unit, kept on one line."""
    return f"{words}\N{NO-BREAK SPACE}{unit}" if unit else words


def size_words(size_bytes: int) -> str:
    """Return a number of bytes in the unit that people read best, each 1,024 of the one before."""
    if size_bytes < KIB:
        return with_unit(number_words(size_bytes), _("bytes"))
    units = (_("KiB"), _("MiB"), _("GiB"))
    step = min(len(units), int(math.log(size_bytes, KIB)))
    return with_unit(number_words(size_bytes / KIB**step, digits=3), units[step - 1])


def range_words(minimum: float, maximum: float, unit: str) -> str:
    """Return a range in words."""
    words = {"minimum": number_words(minimum), "maximum": with_unit(number_words(maximum), unit)}
    return _("%(minimum)s to %(maximum)s") % words
