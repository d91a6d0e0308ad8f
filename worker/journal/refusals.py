"""Counts of what was refused, beside the rows that were answered: how many, by which feature, why; no value.

A process has one small file for each hour, written anew and put in its place by a rename once a second while something
is refused. Its size is bounded, whatever is sent: by the features of the model, a closed set of codes, and a most.
"""

import logging
import os
import secrets
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from worker.contract.errors import ErrorCode, ProblemCode
from worker.contract.journal import KEEP_ALL
from worker.journal import block
from worker.journal.block import Block, BlockDamaged
from worker.journal.columns import TIME, Origin
from worker.journal.places import REFUSED, day_of, days
from worker.journal.reading import Window
from worker.tables.errors import Tally

logger = logging.getLogger(__name__)

SLOT_MS: Final = 300_000
"""Counts of so long are one; windows are cut between them."""

HOUR_MS: Final = 3_600_000
REASONS_MAX: Final = 64
"""So many pairs of a feature and a code are told apart in a slot; what is beyond them counts among the rows alone."""

CODES: Final = frozenset({*(code.value for code in ProblemCode), *(code.value for code in ErrorCode)})
MODE: Final = 0o660

FEATURE: Final = "@feature"
CODE: Final = "@code"
ROWS: Final = "@rows"
REQUESTS: Final = "@requests"
"""Of all that was refused in the slot; in the first line of a block, which has neither feature nor code."""


class Refused(NamedTuple):
    """What was refused of one version in a slot: rows and requests in all, and rows by feature and code."""

    first_ms: int
    rows: int
    requests: int
    reasons: Mapping[tuple[str, str], int]


class _Place(NamedTuple):
    """Of which file something is: an endpoint's, of an hour."""

    endpoint: str
    hour: int


@dataclass(slots=True)
class _Slot:
    first_ms: int
    last_ms: int
    rows: int = 0
    requests: int = 0
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, tally: Tally, time_ms: int) -> None:
        self.last_ms = max(self.last_ms, time_ms)
        self.rows += tally.rows
        self.requests += 1
        for reason, rows in tally.reasons.items():
            if reason in self.reasons or len(self.reasons) < REASONS_MAX:
                self.reasons[reason] += rows


@dataclass(slots=True)
class _Hour:
    """The counts of an hour, by version and slot, and the file that has them."""

    path: Path
    slots: dict[tuple[int, str, int], _Slot] = field(default_factory=dict)
    is_new: bool = False


class RefusalCounts:
    """What one process refuses. `note` may be called by one thread, `flush` by another."""

    def __init__(self, directory: Path, name: str) -> None:
        self._directory = directory
        self._name = name
        self._hours: dict[_Place, _Hour] = {}
        self._lock = threading.Lock()

    def note(self, origin: Origin, tally: Tally, time_ms: int) -> None:
        """Count a request that was refused."""
        place, key = _Place(origin.endpoint, time_ms // HOUR_MS), (origin.version, origin.digest, time_ms // SLOT_MS)
        with self._lock:
            hour = self._hours.get(place)
            if hour is None:
                day = self._directory / origin.endpoint / day_of(time_ms)
                name = f"{place.hour % 24:02d}-{self._name}-{secrets.token_hex(3)}{REFUSED}"
                hour = self._hours[place] = _Hour(day / name)
            hour.slots.setdefault(key, _Slot(time_ms, time_ms)).add(tally, time_ms)
            hour.is_new = True

    def flush(self) -> None:
        """Write what is new, and forget the hours that are over."""
        with self._lock:
            latest = max((place.hour for place in self._hours), default=0)
            new = [(place, hour) for place, hour in self._hours.items() if hour.is_new]
            written = [(hour.path, _encoded(place.endpoint, hour)) for place, hour in new]
            for hour in self._hours.values():
                hour.is_new = False
            self._hours = {place: hour for place, hour in self._hours.items() if place.hour >= latest}
        for path, data in written:
            try:
                write(path, data)
            except OSError as error:  # what is refused next is written with this, unless the hour is over
                logger.error("What was refused cannot be counted in the journal: %s", error)


def write(path: Path, data: bytes) -> None:
    """Put a file of counts in its place. A death leaves at most one draft of it, which goes with its day."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".unseen")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, MODE), "wb") as file:
        file.write(data)
    draft.rename(path)


def encoded(origin: Origin, refused: Refused, last_ms: int) -> bytes:
    """Return the block of what was refused."""
    names = ["", *(feature for feature, _ in refused.reasons)]
    codes = ["", *(code for _, code in refused.reasons)]
    columns = {
        TIME: np.full(len(names), refused.first_ms, np.int64),
        FEATURE: np.array(names, object),
        CODE: np.array(codes, object),
        ROWS: np.array([refused.rows, *refused.reasons.values()], np.int64),
        REQUESTS: np.array([refused.requests, *[0] * len(refused.reasons)], np.int64),
    }
    return block.encode(
        Block(
            endpoint=origin.endpoint,
            version=origin.version,
            digest=origin.digest,
            first_ms=refused.first_ms,
            last_ms=last_ms,
            columns=columns,
        )
    )


def _encoded(endpoint: str, hour: _Hour) -> bytes:
    return b"".join(
        encoded(
            Origin(endpoint, version, digest, KEEP_ALL),
            Refused(slot.first_ms, slot.rows, slot.requests, slot.reasons),
            slot.last_ms,
        )
        for (version, digest, _), slot in hour.slots.items()
    )


def read(endpoint: Path, window: Window) -> list[Refused]:
    """Return what was refused of a version in a window, slot by slot; a slot belongs where it begins."""
    found = []
    first, last = day_of(window.first_ms), day_of(window.end_ms - 1)
    for day in days(endpoint):
        if first <= day.name <= last:
            found += [each for path in sorted(day.glob(f"*{REFUSED}")) for each in _in_file(path, window)]
    return sorted(found, key=lambda each: each.first_ms)


def _in_file(path: Path, window: Window) -> list[Refused]:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return []
    found = []
    for payload in block.frames(memoryview(data)):
        try:
            whole = block.decode(payload)
        except BlockDamaged:
            continue
        if window.digest in ("", whole.digest) and window.first_ms <= whole.first_ms < window.end_ms:
            found.append(_decoded(whole))
    return found


def _decoded(whole: Block) -> Refused:
    names, codes, rows, requests = (whole.columns[name].tolist() for name in (FEATURE, CODE, ROWS, REQUESTS))
    reasons = {
        (str(feature), str(code)): int(count)
        for feature, code, count in zip(names[1:], codes[1:], rows[1:], strict=True)
        if code in CODES
    }
    return Refused(whole.first_ms, int(rows[0]), int(requests[0]), reasons)
