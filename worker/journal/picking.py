"""Which rows of the journal somebody means: by a request, a job's identifier, a feature's value, or who asked."""

from collections.abc import Callable
from typing import Final

import numpy as np

from worker.contract.records import BY_CALLER, BY_RANGE, Selector
from worker.contract.truth import BY_FEATURE, BY_KEY, BY_REQUEST
from worker.journal.block import Block, Column
from worker.journal.columns import CALLER, KEY, OWN, REQUEST, TIME, hashes_of
from worker.journal.truth import text_of

Mask = Callable[[Block], Column]
COLUMNS: Final = {BY_REQUEST: REQUEST, BY_KEY: KEY, BY_CALLER: CALLER}


def column_of(selector: Selector) -> str:
    """Return the column that says whether a row is meant. Raise ValueError for a selection that no site makes."""
    if selector.by in {BY_FEATURE, BY_RANGE} and selector.name and not selector.name.startswith(OWN):
        return selector.name
    if selector.by not in COLUMNS:
        msg = f"Rows are selected by one of {', '.join((*COLUMNS, BY_FEATURE))}, got {selector.by[:80]!r}."
        raise ValueError(msg)
    return COLUMNS[selector.by]


def mask_of(selector: Selector, key: bytes, until_ms: int | None = None) -> Mask:
    """Return what tells which rows of a block are meant; with `until_ms`, of those that were answered up to then.

    `key` is that of the keyed hash: a feature may be kept as one, and people know its value.
    """
    name = column_of(selector)
    if selector.by == BY_RANGE:
        return _range_mask(selector)
    wanted = frozenset(selector.values)
    if selector.by == BY_FEATURE:
        wanted |= {each for value in selector.values for each in hashes_of(value, key)}

    def mask(block: Block) -> Column:
        column = block.columns.get(name)
        if column is None:
            return np.zeros(block.rows, np.bool_)
        values = column.tolist()
        if name.startswith(OWN) and wanted.isdisjoint(values):  # of texts that is known several times faster
            return np.zeros(len(values), np.bool_)
        found = np.fromiter((text_of(value) in wanted for value in values), np.bool_, len(values))
        return found if until_ms is None else found & (block.columns[TIME] <= until_ms)

    return mask


def _range_mask(selector: Selector) -> Mask:
    """Return what tells which rows have a number within the bounds, or no value. Raise ValueError for other bounds."""
    bounds = [float(text) if text else None for text in selector.values]
    if len(bounds) not in {0, 2}:
        msg = f"A range has two bounds, got {len(bounds)}."
        raise ValueError(msg)

    def mask(block: Block) -> Column:
        column = block.columns.get(selector.name)
        if column is None:
            return np.zeros(block.rows, np.bool_)
        if column.dtype == object and not bounds:
            return np.fromiter((value is None for value in column), np.bool_, len(column))
        numbers = np.array([_number(value) for value in column.tolist()], np.float64)
        if not bounds:
            return np.isnan(numbers)
        low, high = bounds
        return (numbers > (-np.inf if low is None else low)) & (numbers <= (np.inf if high is None else high))

    return mask


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else np.nan
