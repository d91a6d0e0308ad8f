"""Answered rows for the tests of the journal."""

import numpy as np

from worker.contract.journal import KEEP_ALL
from worker.contract.signature import Feature, FeatureType, Output, OutputKind, Signature
from worker.journal.columns import Answered, Asker, Origin
from worker.models.answers import Answers
from worker.tables.columns import TableBuilder

SIGNATURE = Signature(
    features=(
        Feature(name="carat", type=FeatureType.NUMBER),
        Feature(name="cut", type=FeatureType.TEXT, required=False),
        Feature(name="stones", type=FeatureType.INTEGER),
    ),
    output=Output(name="dear", kind=OutputKind.CLASS, labels=("no", "yes")),
)
ORIGIN = Origin("diamonds", 3, "d" * 64, KEEP_ALL)
NOON_MS = 1_795_694_400_000
"""2026-11-26, 12:00 UTC."""

DAY_MS = 86_400_000


def answered(*request_ids: str, at_ms: int = NOON_MS, rows: int = 1, first: int = 0) -> Answered:
    """Return requests of so many rows each, answered together; values tell the rows apart."""
    count = rows * len(request_ids)
    values = [(first + at + 0.5, None if at % 3 == 2 else f"cut {at % 2}", first + at) for at in range(count)]
    probabilities = np.linspace(0.1, 0.9, count)
    answers = Answers(
        np.where(probabilities > 0.5, "yes", "no"),
        np.stack([1 - probabilities, probabilities], axis=1),
        ("no", "yes"),
    )
    askers = [Asker(request_id, rows, "api:7", 2.5) for request_id in request_ids]
    return Answered(askers, TableBuilder(SIGNATURE).build(values), answers, at_ms, 0.25)
