"""From numbers to pixels: even and logarithmic scales, and the round numbers that stand beside them."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

STEPS: Final = (1.0, 2.0, 5.0, 10.0, 20.0)
TICKS_MAX: Final = 6

DRAWN_MAX: Final = 1e150
DRAWN_MIN: Final = 1e-150
"""Beyond these, the distance of two numbers may be none that a computer can hold."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Scale:
    """Puts the numbers from `low` to `high` between two pixels; a number beyond them is put at the end."""

    low: float
    high: float
    start: float
    end: float
    is_logarithmic: bool = False
    is_counted: bool = False
    """Whether its numbers are counts: half a row is nothing that one could look for."""

    def at(self, value: float) -> float:
        """Return the pixel of a number."""
        low, high = self._bent(self.low), self._bent(self.high)
        share = (self._bent(min(max(value, self.low), self.high)) - low) / (high - low) if high > low else 0.5
        return round(self.start + share * (self.end - self.start), 2)

    def ticks(self) -> tuple[float, ...]:
        """Return the round numbers within."""
        return decades(self.low, self.high) if self.is_logarithmic else self._round_numbers()

    def _round_numbers(self) -> tuple[float, ...]:
        return round_numbers(self.low, self.high, 1.0 if self.is_counted else 0.0)

    def _bent(self, value: float) -> float:
        return math.log10(value) if self.is_logarithmic else value


def even(values: Iterable[float], start: float, end: float) -> Scale:
    """Return an even scale that holds these numbers, with a little room at both ends."""
    least, most = _ends(values)
    room = (most - least) * 0.04 or max(abs(most), 1.0) * 0.5
    return Scale(low=least - room, high=most + room, start=start, end=end)


def logarithmic(values: Iterable[float], start: float, end: float) -> Scale:
    """Return a scale of whole powers of ten that holds these numbers, all above nothing."""
    least, most = _ends(values)
    low = math.floor(math.log10(least))
    high = max(low + 1, math.ceil(math.log10(most)))
    return Scale(low=10.0**low, high=10.0**high, start=start, end=end, is_logarithmic=True)


def is_drawable(value: float) -> bool:
    """Return whether a number may stand on a scale."""
    return math.isfinite(value) and (value == 0 or DRAWN_MIN < abs(value) < DRAWN_MAX)


def round_numbers(low: float, high: float, apart_min: float = 0.0) -> tuple[float, ...]:
    """Return at most `TICKS_MAX` round numbers from `low` to `high`, evenly and at least so far apart."""
    if not high > low:
        return (low,)
    power = 10.0 ** math.floor(math.log10((high - low) / TICKS_MAX))
    step = max(apart_min, next(step * power for step in STEPS if _count(low, high, step * power) <= TICKS_MAX))
    first = math.ceil(low / step)
    return tuple(number * step for number in range(first, first + _count(low, high, step)))


def decades(low: float, high: float) -> tuple[float, ...]:
    """Return powers of ten from `low` to `high`, so many apart that there are at most `TICKS_MAX`."""
    first, last = math.ceil(math.log10(low)), math.floor(math.log10(high))
    apart = max(1, math.ceil((last - first) / (TICKS_MAX - 1)))
    return tuple(10.0**power for power in range(first, last + 1, apart))


def _count(low: float, high: float, step: float) -> int:
    return max(0, math.floor(high / step) - math.ceil(low / step) + 1)


def _ends(values: Iterable[float]) -> tuple[float, float]:
    known = [value for value in values if is_drawable(value)]
    assert known, "A scale is made of at least one number"
    return min(known), max(known)
