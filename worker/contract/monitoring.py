"""What monitoring finds of one window of answered rows: drift, the quality of the data, how good the answers are."""

from enum import StrEnum
from typing import Final

import msgspec

REPEATED: Final = 2
LOOKED_AT: Final = 3
"""What is found in 2 of the last 3 windows, the last one among them, is an alarm."""

ROWS_MIN: Final = 200
"""Fewer rows have no verdict."""

QUANTILES: Final = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Of a column of numbers these are told, beside its mean."""


class CauseKind(StrEnum):
    """What may have become of a column, told by its numbers alone."""

    FACTOR = "factor"
    PART_FACTOR = "part_factor"
    OFFSET = "offset"
    LINEAR = "linear"
    SIGN = "sign"
    SPIKE = "spike"
    SHIFT = "shift"
    SPREAD = "spread"
    CATEGORY = "category"


class Cause(msgspec.Struct, frozen=True, kw_only=True):
    """A likely cause of drift.

    A value is what it was times `factor`, plus `offset`. Of a spread the factor is that of the distances from the
    median; of a shift the offset is in standard deviations of the reference; of a category it is by how much its share
    grew. `share` of the rows are concerned. `value` is the number or the category that became frequent, or rare.
    `unit` names the change where it is a known one: "kg to g".
    """

    kind: CauseKind
    factor: float = 1.0
    offset: float = 0.0
    share: float = 1.0
    value: str = ""
    unit: str = ""


class FeatureDrift(msgspec.Struct, frozen=True, kw_only=True):
    """How far one column is from its reference.

    `rows` and `reference_rows` are known values. `psi` is over `bins` bins, those joined that expect under five rows;
    without drift it is below `floor` in 99 of 100 cases. `test` is "ks" or "chi_square", with its `statistic`, its `p`,
    and `q`: p adjusted for the number of columns. `wasserstein` is in standard deviations of the reference, None for
    categories; `jensen_shannon` is the distance with the natural logarithm, at most 0.833. `counts` are the rows in
    each bin of the profile, or of each of its categories and of all others; `top` is the place of the one that adds
    most to the PSI. Medians are None for categories, and so are `mean` and `sd`; `quantiles` are those of `QUANTILES`.
    What is significant is shown; what is relevant as well, and more significant still, is changed.
    """

    name: str
    rows: int
    reference_rows: int
    bins: int
    psi: float
    floor: float
    test: str
    statistic: float
    p: float
    q: float
    wasserstein: float | None = None
    jensen_shannon: float = 0.0
    counts: tuple[int, ...] = ()
    top: int = 0
    median: float | None = None
    reference_median: float | None = None
    mean: float | None = None
    sd: float | None = None
    quantiles: tuple[float, ...] = ()
    is_significant: bool = False
    is_relevant: bool = False
    is_changed: bool = False
    causes: tuple[Cause, ...] = ()


class CheckKind(StrEnum):
    """What may be wrong with data, whatever their distribution."""

    MISSING = "missing"
    OUT_OF_RANGE = "out_of_range"
    NEW_CATEGORY = "new_category"
    TYPE_FAILURE = "type_failure"
    REFUSED = "refused"
    CONSTANT = "constant"
    DUPLICATE = "duplicate"


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """A count of a window: `count` of `rows`, with the 95 % interval of the share.

    `expected` is the share without a change, None where the reference does not tell it; then nothing is concluded. `p`
    is the probability of a count this far off, `q` the same adjusted for the number of checks. `value` is the one value
    of a constant column, the most frequent new category, or the code for which most were refused. What was refused is
    counted of all rows that were asked, answered or not.
    """

    kind: CheckKind
    feature: str
    count: int
    rows: int
    low: float
    high: float
    expected: float | None = None
    p: float = 1.0
    q: float = 1.0
    value: str = ""
    is_significant: bool = False
    is_relevant: bool = False
    is_changed: bool = False

    @property
    def share(self) -> float:
        """The share of the rows."""
        return self.count / self.rows if self.rows else 0.0


class DomainDrift(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a classifier can tell rows of the window from rows of the reference.

    `area` is its cross-validated area under the ROC curve; 0.5 is by chance. With the rows shuffled between the two it
    is between `low` and `high` in 95 of 100 cases, and as large as here with probability `p`. `features` are those it
    goes by, the most telling first, with their shares.
    """

    rows: int
    reference_rows: int
    area: float
    low: float
    high: float
    p: float
    features: tuple[tuple[str, float], ...] = ()
    is_changed: bool = False


class Isotonic(msgspec.Struct, frozen=True, kw_only=True):
    """Probabilities by score, linear between these: learned once from the reference, where truths are known."""

    scores: tuple[float, ...]
    probabilities: tuple[float, ...]


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """A figure estimated without truths, within `low` and `high`, under the assumption that only the inputs moved."""

    name: str
    value: float
    low: float
    high: float
    rows: int


class Slice(msgspec.Struct, frozen=True, kw_only=True):
    """Rows with a property in common, and by how much their mean loss is above that of all other rows.

    `low` and `high` are its 95 % interval; `q` is the p-value adjusted for the number of slices. A slice of numbers is
    above `above` and at most `most`; None is without an end. Missing values are a slice of their own.
    """

    feature: str
    rows: int
    loss: float
    excess: float
    low: float
    high: float
    q: float
    value: str = ""
    above: float | None = None
    most: float | None = None
    is_missing: bool = False


class Subject(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """What may be alarmed about: "drift", "domain", "estimate" or a kind of check, and the column it is of, if any."""

    kind: str
    name: str = ""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What a window showed: the subjects that changed, and those that differ more than by chance but are no alarm.

    `seasonal` differ from the reference as they did on the same weekday before: they are no alarm either. `counts` are
    those of what changed or is seasonal, for the next week to compare with: of columns in the bins of their profiles,
    of checks the rows concerned and the others.
    """

    rows: int
    rows_needed: int = ROWS_MIN
    changed: tuple[Subject, ...] = ()
    slightly: tuple[Subject, ...] = ()
    seasonal: tuple[Subject, ...] = ()
    begins_ms: int = 0
    ends_ms: int = 0
    counts: tuple[tuple[Subject, tuple[int, ...]], ...] = ()


class State(StrEnum):
    """How an endpoint is."""

    NOT_ENOUGH_DATA = "not_enough_data"
    STEADY = "steady"
    WATCHED = "watched"
    CHANGED = "changed"


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What the windows say together.

    NOT_ENOUGH_DATA: the last window has `rows` of `rows_needed`. CHANGED: an alarm about `alarmed`. WATCHED: no alarm,
    but `watched` changed in the last window alone. `slightly` are shown, whatever the state. `since` counts windows:
    the first of those that show what is alarmed, 0 being the oldest handed over.
    """

    state: State
    rows: int
    rows_needed: int
    alarmed: tuple[Subject, ...] = ()
    watched: tuple[Subject, ...] = ()
    slightly: tuple[Subject, ...] = ()
    since: int | None = None
