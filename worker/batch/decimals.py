"""Whether numbers in text have a decimal point or a decimal comma."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Final

_GAP: Final = "[ '\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}\N{RIGHT SINGLE QUOTATION MARK}]"
_UNIT: Final = rf"(?:[eE][+-]?\d+)?{_GAP}*[%€$£]?"
_SIGN: Final = r"[+\-\N{MINUS SIGN}]?"


def _written(mark: str, other: str) -> re.Pattern[str]:
    """Return what a number with this mark looks like, grouped by the other or not."""
    grouped = rf"\d{{1,3}}(?:(?:{_GAP}|{re.escape(other)})\d{{3}})+"
    return re.compile(rf"{_SIGN}(?:\d*|(?P<groups>{grouped})){re.escape(mark)}(?P<decimals>\d+){_UNIT}")


_MARKS: Final = {".": _written(".", ","), ",": _written(",", ".")}
_NUMBER: Final = re.compile(rf"{_SIGN}(?:\d|{_GAP}|[.,])*\d(?:\d|{_GAP}|[.,])*{_UNIT}")
_LENGTH_MAX: Final = 60


def is_number(cell: str) -> bool:
    """Return whether a cell looks like a number, however it is written."""
    plain = cell.strip()
    return len(plain) <= _LENGTH_MAX and _NUMBER.fullmatch(plain) is not None


def decimal_mark(cells: Iterable[str]) -> str:
    """Return the mark that most cells have. `1,234` may be either: it counts only where no other cell tells more."""
    sure: Counter[str] = Counter()
    unsure: Counter[str] = Counter()
    for cell in cells:
        plain = cell.strip()
        if len(plain) > _LENGTH_MAX or plain.isdigit():
            continue
        for mark, pattern in _MARKS.items():
            if found := pattern.fullmatch(plain):
                telling = found["groups"] or len(found["decimals"]) != 3
                (sure if telling else unsure)[mark] += 1
    votes = sure or unsure
    return "," if votes[","] > votes["."] else "."
