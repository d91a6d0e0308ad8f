"""The messages of a comparison: two versions of a model, asked the reference data of the newer one."""

import re
from typing import Final

import msgspec

from worker.contract.manifest import Quality
from worker.contract.report import Confusion
from worker.contract.words import Words

COMPARISON_ID: Final = re.compile(r"[0-9a-f]{32}")

ROWS_MAX: Final = 50_000
"""Of more reference rows, so many are compared, spread over all."""

ROWS_SHOWN_MAX: Final = 20
FEATURES_SHOWN_MAX: Final = 40
TEXT_SHOWN_MAX: Final = 200

Label = str | int | float | bool


class ComparisonRequest(msgspec.Struct, frozen=True, kw_only=True):
    """`worker.compare_versions`: ask the versions that stand in the store under these digests.

    The numbers are for the sentences. The rows are those of the reference data of `new`; where only that of `old`
    tells the true answers, they are its.
    """

    comparison_id: str
    old: int
    new: int
    old_digest: str
    new_digest: str


class PairedQuality(msgspec.Struct, frozen=True, kw_only=True):
    """One figure of both versions on the same rows. `low` and `high`: the 95 % interval of new minus old, if known."""

    old: Quality
    new: Quality
    low: float | None = None
    high: float | None = None

    @property
    def difference(self) -> float:
        """By how much the newer version's figure is larger."""
        return self.new.value - self.old.value


class DifferentRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row that the versions answer otherwise, counted from 1 in the reference data; `values` are cells, shortened.

    The probabilities are those that each version gives its own answer; None where there are none.
    """

    row: int
    values: dict[str, str | None]
    old: Label
    new: Label
    old_probability: float | None = None
    new_probability: float | None = None
    truth: Label | None = None


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """How the answers differ, by the rule of `worker.contract.lane.Comparison`.

    The rows are of the reference data of version `rows_of`, whose column `target` has the true answers; it is empty
    where neither version names one that is there. `rows` were compared; `reference_rows` are all there are, and
    `left_out` those of them that one of the versions would refuse. `quality_rows` are those whose outcome is known.
    `answers` counts the labels, old by new. `most` are rows that are answered otherwise, those with the largest gaps
    first.
    """

    reference_rows: int
    rows: int
    left_out: int
    different: int
    gap_mean: float
    gap_max: float
    quality: tuple[PairedQuality, ...] = ()
    quality_rows: int = 0
    answers: Confusion | None = None
    most: tuple[DifferentRow, ...] = ()
    rows_of: int = 0
    target: str = ""


class ComparisonOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """`control.record_comparison`: how the answers differ, or why they cannot be compared.

    `detail` is what a library or a model said of it, in English.
    """

    comparison_id: str
    compared: Compared | None = None
    reason: Words | None = None
    detail: str = ""
