"""The example is a real row, complete and from the middle."""

from typing import Any

import polars as pl

from worker.contract.signature import Feature, FeatureType
from worker.inspection.typical import typical_row

FEATURES = (
    Feature(name="size", type=FeatureType.NUMBER),
    Feature(name="kind", type=FeatureType.CATEGORY),
    Feature(name="sold", type=FeatureType.BOOLEAN),
    Feature(name="note", type=FeatureType.TEXT),
)


def row(size: float | None, kind: str | None, *, sold: bool, note: str | None = "x") -> dict[str, Any]:
    return {"size": size, "kind": kind, "sold": sold, "note": note}


def test_the_row_in_the_middle_with_the_usual_words_is_chosen():
    usual = row(5.0, "a", sold=True)
    rows = [row(1.0, "a", sold=True), usual, row(9.0, "a", sold=True), row(5.0, "b", sold=False)]
    assert typical_row(pl.DataFrame(rows), FEATURES) == usual


def test_a_complete_row_goes_before_one_with_holes():
    complete = row(9.0, "b", sold=False)
    rows = [row(5.0, "a", sold=True, note=None), row(None, "a", sold=True), row(5.0, None, sold=True), complete]
    assert typical_row(pl.DataFrame(rows), FEATURES) == complete
