"""Where the journal lies: `ENDPOINT/DAY/SEGMENT` below its directory, days in UTC."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

ENDING: Final = ".rows"
REFUSED: Final = ".refused"
"""Counts of what was refused that day, beside the rows of what was answered."""

DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
SWAP: Final = ".swap.json"
"""Names a segment and those that it replaces, from before it appears until they are gone."""

KEY: Final = ".key"
"""What features are hashed with; its loss makes hashes of before and after differ, and nothing else."""


def day_of(time_ms: int) -> str:
    """Return the day of a moment, as directories are called."""
    return datetime.fromtimestamp(time_ms / 1000, UTC).date().isoformat()


def days(endpoint: Path) -> list[Path]:
    """Return the directories of the days of an endpoint, the oldest first."""
    if not endpoint.is_dir():
        return []
    return sorted(path for path in endpoint.iterdir() if DAY.fullmatch(path.name) and path.is_dir())


def segments_of(day: Path) -> list[Path]:
    """Return the segments of a day, without those for which another stands already."""
    replaced = replaced_in(day)
    return sorted(path for path in day.glob(f"*{ENDING}") if path.name not in replaced)


def replaced_in(day: Path) -> frozenset[str]:
    """Return the names of segments for which another stands, where whoever wrote that died before removing them."""
    try:
        swap = json.loads((day / SWAP).read_text())
    except (FileNotFoundError, ValueError):
        return frozenset()
    return frozenset(swap["old"]) if (day / swap["new"]).exists() else frozenset()


def segments(endpoint: Path, first_ms: int, last_ms: int) -> Iterator[Path]:
    """Yield the segments that may hold rows of a time, the oldest day first."""
    first, last = (date.fromisoformat(day_of(each)) for each in (first_ms, last_ms))
    for day in days(endpoint):
        if first <= date.fromisoformat(day.name) <= last:
            yield from segments_of(day)
