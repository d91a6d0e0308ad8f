"""Which rows of the journal outcomes are of: the newest day first, and only what must be read for that."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from worker.contract.truth import BY_KEY, BY_REQUEST, Truth
from worker.journal.block import BlockDamaged
from worker.journal.columns import CALLER, KEY, REQUEST, ROW, TIME
from worker.journal.places import days, segments_of
from worker.journal.skimming import Skimmed, skim
from worker.journal.truth import BY_HASH, hashes, texts_of

MATCH_S: Final = 5.0
"""So long rows are looked for; the outcomes are kept whether they are found or not."""

Named = tuple[str, str, str, int]


@dataclass(kw_only=True, slots=True)
class Matched:
    """How many `rows` the outcomes are of, and which of these were `met`: of the rows that are counted.

    `since_ms`: from when on all of their rows are, by the digest of the version that answered. `stopped_at`: the day at
    which the search ended early, so that more rows may be meant.
    """

    rows: int = 0
    met: set[Named] = field(default_factory=set)
    since_ms: dict[str, int] = field(default_factory=dict)
    stopped_at: str = ""

    def unknown(self, kept: Iterable[Truth]) -> int:
        """Return how many of the outcomes are of no row that was found."""
        return sum((each.by, each.name, each.key, each.row) not in self.met for each in kept)


class Wanted:
    """Which rows outcomes name. With the `hash_key`, those by a hash also name rows of before values were hashed.

    With `callers`, only rows that one of them asked are counted.
    """

    def __init__(self, kept: Sequence[Truth], hash_key: bytes, callers: Collection[str] = ()) -> None:
        self._hash_key = hash_key
        self._callers = callers
        self._requests = {(each.key, each.row) for each in kept if each.by == BY_REQUEST}
        self._ids = {request_id for request_id, _row in self._requests}
        self._values: dict[tuple[str, str], set[str]] = {}
        for each in kept:
            if each.by != BY_REQUEST:
                self._values.setdefault((each.by, each.name), set()).add(each.key)

    def are_met(self, met: set[Named]) -> bool:
        """Return whether no other row can be meant: a request's row is one, a value may be that of any number.

        What is not counted does not end the search: where it ends would tell of it.
        """
        return not self._values and len(met) == len(self._requests)

    def names(self, found: Skimmed) -> Iterator[tuple[int, Named]]:
        """Yield which rows of a block are meant, each with its name. A row may have several."""
        ids = found.column(REQUEST).tolist() if self._requests else []
        if not self._ids.isdisjoint(ids):
            rows = found.column(ROW).tolist()
            for at, request in enumerate(zip(ids, rows, strict=True)):
                if request in self._requests:
                    yield at, (BY_REQUEST, "", *request)
        for (by, name), wanted in self._values.items():
            column = KEY if by == BY_KEY else name
            if column not in found:
                continue
            values = found.column(column).tolist()
            if by == BY_HASH:
                values = hashes(values, self._hash_key)
            for at, text in enumerate(texts_of(values)):
                if text is not None and text in wanted:
                    yield at, (by, name, text, 0)

    def counted(self, found: Skimmed, places: Sequence[int]) -> set[int]:
        """Return which of these rows of a block are counted."""
        if not self._callers:
            return set(places)
        callers = found.column(CALLER).tolist()
        return {at for at in places if callers[at] in self._callers}


def match(endpoint: Path, wanted: Wanted, now_s: Callable[[], float]) -> Matched:
    """Return which rows outcomes are of."""
    matched = Matched()
    until_s = now_s() + MATCH_S
    for day in reversed(days(endpoint)):
        for path in reversed(segments_of(day)):
            for found in skim(path):
                _add(matched, wanted, found)
                if wanted.are_met(matched.met):
                    return matched
                if now_s() > until_s:
                    matched.stopped_at = day.name
                    return matched
    return matched


def _add(matched: Matched, wanted: Wanted, found: Skimmed) -> None:
    try:
        named = list(wanted.names(found))
        places = sorted({at for at, _name in named})
        times = found.column(TIME)[places] if places else ()
        counted = wanted.counted(found, places) if places else set()
    except (BlockDamaged, KeyError):
        return
    matched.met.update(name for at, name in named if at in counted)
    matched.rows += len(counted)
    if places:
        digest, first_ms = found.header.digest, int(min(times))
        matched.since_ms[digest] = min(first_ms, matched.since_ms.get(digest, first_ms))
