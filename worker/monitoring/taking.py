"""Takes what was learned later of rows: each value is read as the endpoint's answers are, and kept or refused."""

from pathlib import Path
from typing import Final

import msgspec

from worker.contract.truth import PROBLEMS_MAX, Truth, TruthOutcome, TruthProblem, TruthRequest
from worker.contract.words import Words
from worker.journal import reading, truth
from worker.journal.columns import KEY, REQUEST, ROW
from worker.journal.reading import Window
from worker.journal.truth import BY_FEATURES, TruthRefused, Truths
from worker.journal.truth_names import as_kept
from worker.journal.writing import hash_key
from worker.models.serving import read_manifest
from worker.monitoring.apart import DIGEST, NAME

KEY_LENGTH_MAX: Final = 200


def take(request: TruthRequest, models_dir: Path, journal: Path, now_ms: int) -> TruthOutcome:
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
            value = truth.read_value(given.value, signature.output)
        except TruthRefused as error:
            refused += 1
            if len(problems) < PROBLEMS_MAX:
                words = Words("{value} is not {expected}.", {"value": error.value, "expected": error.expected})
                problems.append(TruthProblem(at=at, message=words))
            continue
        kept.append(msgspec.structs.replace(given, value=value, key=given.key[:KEY_LENGTH_MAX]))
    endpoint, key = journal / request.endpoint, hash_key(journal)
    kept = as_kept(kept, signature, request.hashed, key)
    if kept:
        truth.append(endpoint, kept, now_ms)
    return TruthOutcome(
        delivery_id=request.delivery_id,
        taken=len(kept),
        matched=matched(endpoint, kept, key)[0],
        refused=refused,
        problems=tuple(problems),
    )


def matched(endpoint: Path, kept: list[Truth], key: bytes) -> tuple[int, int]:
    """Return how many rows of the journal these truths are of, and how many of the truths are of none."""
    if not kept:
        return 0, 0
    known = Truths.of_list(kept, key)
    wanted = {REQUEST, ROW, KEY, *(each.name for each in kept if each.by in BY_FEATURES)}
    found = (reading.joined([each], wanted) for each in reading.blocks(endpoint, Window(), wanted))
    rows, met = 0, set[tuple[str, str, str, int]]()
    for columns in found:
        rows += sum(each is not None for each in known.of(columns))
        met |= known.met(columns)
    return rows, sum((each.by, each.name, each.key, each.row) not in met for each in kept)
