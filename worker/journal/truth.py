"""What was learned later: the true outcome of a row, by its request, by the key that a file gave it, or by a feature.

Of a feature of which the journal keeps but a hash, a truth keeps the hash as well.

Truths are appended beside the days of their endpoint; of those that name a row in the same way the last one holds, so
that a correction is another truth. Nothing is asked of the order in which predictions and truths come.
"""

import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from worker.batch.places import appearing
from worker.contract.signature import Output, OutputKind
from worker.contract.truth import BY_FEATURE, BY_KEY, BY_REQUEST, Truth
from worker.journal import block
from worker.journal.block import Block, Column
from worker.journal.columns import KEY, OWN, REQUEST, ROW, TIME, hash_of, is_hash
from worker.journal.places import ENDING
from worker.models.answers import label_names, read_label

DIRECTORY: Final = "truth"
KIND: Final = "@by"
NAME: Final = "@name"
VALUE: Final = "@truth"
NUMBER_DIGITS_MAX: Final = 400
BY_HASH: Final = "feature hash"
"""A truth by the hash of a feature's value: by `name`, as by the value itself."""

BY_FEATURES: Final = frozenset({BY_FEATURE, BY_HASH})
PRECEDENCE: Final = {BY_REQUEST: 2, BY_KEY: 1}
"""What names a row most exactly goes first, also before what came later: a key or value may be that of others as well.

What is sent of all of these, again and again, must not undo what was told of the one.
"""


class TruthRefused(ValueError):
    """A truth that cannot be one of this endpoint's: `value` is what was given, `expected` what may be."""

    def __init__(self, value: str, expected: str) -> None:
        super().__init__(f"{value!r} is not {expected}")
        self.value = value
        self.expected = expected


def read_value(given: object, output: Output) -> str | float:
    """Return an outcome as it is kept: a number, or the name of a label. Raise TruthRefused for anything else."""
    said = ("true" if given else "false") if isinstance(given, bool) else str(given).strip()
    if output.kind is OutputKind.NUMBER:
        try:
            number = float(said) if len(said) < NUMBER_DIGITS_MAX else float("nan")
        except ValueError:
            raise TruthRefused(said[:100], "a number") from None
        if not np.isfinite(number):
            raise TruthRefused(said[:100], "a finite number")
        return number
    labels = output.labels or ()
    label = read_label(said, labels)
    if label is None:
        raise TruthRefused(said[:100], f"one of {', '.join(label_names(labels)[:20])}")
    (name,) = label_names((label,))
    return name


def names_rows(told: Truth) -> bool:
    """Return whether a truth says which rows are meant, and not by a column of the journal's own."""
    return bool(told.key.strip()) and not told.name.startswith(OWN)


def append(endpoint: Path, truths: Sequence[Truth], now_ms: int) -> None:
    """Keep truths whose values were read. They appear together, or not at all."""
    directory = endpoint / DIRECTORY
    directory.mkdir(parents=True, exist_ok=True)
    columns: dict[str, Column] = {
        KIND: _objects([each.by for each in truths]),
        NAME: _objects([each.name for each in truths]),
        KEY: _objects([each.key for each in truths]),
        ROW: np.array([each.row for each in truths], np.int32),
        VALUE: _values([each.value for each in truths]),
        TIME: np.full(len(truths), now_ms, np.int64),
    }
    whole = Block(endpoint=endpoint.name, version=0, digest="", first_ms=now_ms, last_ms=now_ms, columns=columns)
    # Sorted by name is sorted by time: what comes last holds.
    with appearing(directory / f"{now_ms:015d}-{os.getpid()}-{secrets.token_hex(3)}{ENDING}") as draft:
        draft.write_bytes(block.encode(whole, packs=True))


def _values(values: Sequence[str | float]) -> Column:
    return np.array(values, np.float64) if all(isinstance(value, float) for value in values) else _objects(values)


def _objects(values: Sequence[object]) -> Column:
    column = np.empty(len(values), object)
    column[:] = values
    return column


@dataclass(frozen=True, slots=True)
class Known:
    """The outcome of a row, and when it was told, in milliseconds since 1970."""

    value: str | float
    told_ms: int


class Truths:
    """All that was learned of an endpoint's rows.

    With the `hash_key` of the journal, truths by a hash are also of rows that were answered before values were hashed.
    """

    def __init__(self, known: Mapping[tuple[str, str], Mapping[tuple[str, int], Known]], hash_key: bytes = b"") -> None:
        self._known = known
        self._hash_key = hash_key

    @classmethod
    def read(cls, endpoint: Path, hash_key: bytes = b"") -> "Truths":
        """Return the truths of an endpoint. What was cut off by a death is not there: it was never confirmed."""
        known: dict[tuple[str, str], dict[tuple[str, int], Known]] = {}
        for path in sorted((endpoint / DIRECTORY).glob(f"*{ENDING}")):
            for payload in block.frames(memoryview(path.read_bytes())):
                columns = block.decode(payload).columns
                told = zip(*(columns[name].tolist() for name in (KIND, NAME, KEY, ROW, VALUE, TIME)), strict=True)
                for by, name, key, row, value, time_ms in told:
                    known.setdefault((by, name), {})[key, row] = Known(value, time_ms)
        return cls(known, hash_key)

    @classmethod
    def of_list(cls, truths: Sequence[Truth], hash_key: bytes = b"") -> "Truths":
        """Return truths that were read, of which the last one for a row holds."""
        known: dict[tuple[str, str], dict[tuple[str, int], Known]] = {}
        for each in truths:
            known.setdefault((each.by, each.name), {})[each.key, each.row] = Known(each.value, 0)
        return cls(known, hash_key)

    def __len__(self) -> int:
        return sum(len(of_kind) for of_kind in self._known.values())

    @property
    def features(self) -> frozenset[str]:
        """The features by whose values rows are known."""
        return frozenset(name for _by, name in self.by_features)

    @property
    def by_features(self) -> frozenset[tuple[str, str]]:
        """The same, each with how: by the value, or by its hash."""
        return frozenset((by, name) for by, name in self._known if by in BY_FEATURES)

    def of(self, columns: Mapping[str, Column]) -> list[Known | None]:
        """Return what is known of each row: by its request first, then by its key, then by a feature's value."""
        found: list[tuple[int, Known] | None] = [None] * len(columns[REQUEST])
        for (by, name), known in self._known.items():
            rank = PRECEDENCE.get(by, 0)
            for at, key in enumerate(self._keys(columns, by, name)):
                one = None if key is None else known.get(key)
                if one is not None:
                    found[at] = max(found[at] or (rank, one), (rank, one), key=_weight)
        return [None if each is None else each[1] for each in found]

    def met(self, columns: Mapping[str, Column]) -> set[tuple[str, str, str, int]]:
        """Return which of the truths are of these rows: by what, the feature, the key, the row."""
        return {
            (by, name, *key)
            for (by, name), known in self._known.items()
            for key in self._keys(columns, by, name)
            if key is not None and key in known
        }

    def _keys(self, columns: Mapping[str, Column], by: str, name: str) -> Sequence[tuple[str, int] | None]:
        """Return under which key each row is known, None where it has none."""
        if by == BY_REQUEST:
            return list(zip(columns[REQUEST].tolist(), columns[ROW].tolist(), strict=True))
        column = None if name.startswith(OWN) else columns.get(KEY if by == BY_KEY else name)
        if column is None:
            return []
        values = column.tolist()
        if by == BY_HASH and self._hash_key:
            values = hashes(values, self._hash_key)
        return [None if text is None else (text, 0) for text in texts_of(values)]


def _weight(found: tuple[int, Known]) -> tuple[int, int]:
    rank, known = found
    return rank, known.told_ms


def hashes(values: Sequence[object], key: bytes) -> list[object]:
    """Return values as hashes: those that are none yet, and are not missing, are hashed."""
    made = {value: hash_of(value, key) for value in set(values) if not is_hash(value) and not _is_missing(value)}
    return [made.get(value, value) for value in values]


def texts_of(values: Sequence[object]) -> list[str | None]:
    """Return by what rows with these values are known; None for what is missing, by which all such rows would be."""
    return [None if _is_missing(value) else text_of(value) or None for value in values]


def _is_missing(value: object) -> bool:
    return value is None or value != value  # noqa: PLR0124  # NaN alone differs from itself


def text_of(value: Any) -> str:  # noqa: ANN401  # whatever a feature holds
    """Return a feature's value as people write it: a whole number without its fraction."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)
