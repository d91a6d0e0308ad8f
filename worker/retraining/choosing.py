"""Chooses the rows of an export: by time, version and outcome; of too many, some by chance. Block by block."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from worker.contract.export import ExportFormat, ExportRequest
from worker.journal import reading
from worker.journal.block import Block
from worker.journal.columns import KEY, REQUEST, ROW
from worker.journal.reading import Window
from worker.journal.truth import Known, Truths

SEED: Final = 20_250_214
"""The same question gets the same rows."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Rows of a block that are wanted, with what is known of each."""

    block: Block
    known: list[Known | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """How many rows match, and how many would if the journal had kept what was asked."""

    matching: int
    without_inputs: int


class Choosing:
    """The rows that a request wants. What is read at a time is one segment of the journal."""

    def __init__(self, endpoint: Path, request: ExportRequest, names: tuple[str, ...], hash_key: bytes) -> None:
        self._endpoint = endpoint
        self._request = request
        self._names = names
        self._truths = Truths.read(endpoint, hash_key)
        self._needs_inputs = request.format is not ExportFormat.GROUND_TRUTH
        self._needs_truth = request.with_truth or not self._needs_inputs

    def count(self) -> Counted:
        """Return how many rows there are. Their values are not read, unless outcomes are known by one of them."""
        matching = without = 0
        wanted = {REQUEST, ROW, KEY, *self._truths.features, *self._names[:1]}
        for block in self._blocks(wanted):
            rows = sum(each is not None for each in self._known(block)) if self._needs_truth else block.rows
            if self._needs_inputs and not self._has_inputs(block):
                without += rows
            else:
                matching += rows
        return Counted(matching=matching, without_inputs=without)

    def rows(self, counted: Counted) -> Iterator[Chosen]:
        """Yield the rows, at most as many as are wanted."""
        drawn = _drawn(counted.matching, self._request.rows_max)
        at = 0
        for block in self._blocks(None):
            if self._needs_inputs and not self._has_inputs(block):
                continue
            known = self._known(block)
            places = np.array([not self._needs_truth or each is not None for each in known], dtype=bool)
            count = int(places.sum())
            if drawn is not None:
                places[places] = np.isin(np.arange(at, at + count), drawn, assume_unique=True)
            at += count
            found = reading.only(block, places)
            if found is not None:
                yield Chosen(found, [known[place] for place in np.flatnonzero(places).tolist()])

    def _blocks(self, wanted: set[str] | None) -> Iterator[Block]:
        within = Window(first_ms=self._request.first_ms, end_ms=self._request.end_ms)
        digests = frozenset(self._request.digests)
        for block in reading.blocks(self._endpoint, within, wanted):
            if not digests or block.digest in digests:
                yield block

    def _has_inputs(self, block: Block) -> bool:
        return any(name in block.columns for name in self._names)

    def _known(self, block: Block) -> list[Known | None]:
        return self._truths.of(block.columns) if len(self._truths) else [None] * block.rows


def _drawn(matching: int, most: int) -> npt.NDArray[Any] | None:
    """Return which of the matching rows are taken, in order; None for all."""
    if matching <= most:
        return None
    return np.sort(np.random.default_rng(SEED).choice(matching, most, replace=False))
