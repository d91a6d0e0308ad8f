"""Takes what was learned later of rows: each value is read as the endpoint's answers are, and kept or refused."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from worker.contract.signature import Output
from worker.contract.truth import PROBLEMS_MAX, ROW_MAX, Truth, TruthOutcome, TruthProblem, TruthRequest
from worker.contract.words import Words
from worker.journal import truth
from worker.journal.matching import Matched, Wanted, match
from worker.journal.truth import TruthRefused
from worker.journal.truth_names import as_kept
from worker.journal.writing import hash_key
from worker.models.serving import read_manifest
from worker.monitoring.apart import DIGEST, NAME

KEY_LENGTH_MAX: Final = 200


class Malformed(ValueError):
    """What is no outcome of a row: `words` say why."""

    def __init__(self, words: Words) -> None:
        super().__init__(str(words))
        self.words = words


def no_place(row: str) -> Words:
    """Return that what names the place of a row in its request is none."""
    return Words("{value} is no place of a row, which is counted from 0.", {"value": row[:100]})


def take(
    request: TruthRequest, models_dir: Path, journal: Path, now_ms: int, now_s: Callable[[], float] = time.monotonic
) -> TruthOutcome:
    """Keep the truths that can be meant, and tell of the others. Raise ValueError for a request that no site sends."""
    if not NAME.fullmatch(request.endpoint) or not DIGEST.fullmatch(request.digest):
        msg = f"Truths are of an endpoint and a version, got {request.endpoint[:80]!r}."
        raise ValueError(msg)
    signature = read_manifest(models_dir / request.digest).signature
    kept: list[Truth] = []
    problems: list[TruthProblem] = []
    refused = 0
    for at, given in enumerate(request.truths, 1):
        try:
            kept.append(_read(given, signature.output))
        except Malformed as error:
            refused += 1
            if len(problems) < PROBLEMS_MAX:
                problems.append(TruthProblem(at=at, message=error.words))
    endpoint, key = journal / request.endpoint, hash_key(journal)
    kept = as_kept(kept, signature, request.hashed, key)
    if kept:
        truth.append(endpoint, kept, now_ms)
    matched = match(endpoint, Wanted(kept, key, request.callers), now_s) if kept else Matched()
    return TruthOutcome(
        delivery_id=request.delivery_id,
        taken=len(kept),
        matched=matched.rows,
        since_ms=matched.since_ms,
        stopped_at=matched.stopped_at,
        refused=refused,
        problems=tuple(problems),
    )


def _read(given: Truth, output: Output) -> Truth:
    """Return an outcome as it is kept. Raise Malformed if it is none."""
    if not truth.names_rows(given):
        raise Malformed(Words("The outcome names no row."))
    if not 0 <= given.row <= ROW_MAX:
        raise Malformed(no_place(str(given.row)))
    try:
        value = truth.read_value(given.value, output)
    except TruthRefused as error:
        words = Words("{value} is not {expected}.", {"value": error.value, "expected": error.expected})
        raise Malformed(words) from error
    return msgspec.structs.replace(given, value=value, key=given.key[:KEY_LENGTH_MAX])
