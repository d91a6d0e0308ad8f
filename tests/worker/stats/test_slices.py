"""The worst slice is found, with its interval; where all rows are alike none is named."""

import math

import numpy as np
import polars as pl
import pytest

from worker.stats.slices import worst

RNG = np.random.default_rng(8)
ROWS = 2_000
VALUES = pl.DataFrame(
    {
        "carat": np.where(RNG.random(ROWS) < 0.1, math.nan, RNG.gamma(2, size=ROWS)),
        "cut": RNG.choice(["fair", "good", "ideal"], ROWS),
        "is_new": RNG.random(ROWS) < 0.5,
        "depth": pl.Series(RNG.integers(50, 70, ROWS)),
        "empty": pl.Series([None] * ROWS, dtype=pl.Float64),
    }
)
CUT = VALUES["cut"].to_numpy()


def test_as_many_losses_as_rows_are_needed():
    with pytest.raises(ValueError, match="2000 rows and 3 losses"):
        worst(VALUES, np.zeros(3))


def test_the_worst_slice_comes_first_with_its_interval():
    losses = (RNG.random(ROWS) < np.where(CUT == "fair", 0.4, 0.1)).astype(float)
    found = worst(VALUES, losses)[0]
    assert (found.feature, found.value, found.rows) == ("cut", "fair", int((CUT == "fair").sum()))
    assert found.low < 0.3 < found.high
    assert found.q < 0.001
    assert found.loss == pytest.approx(0.4, abs=0.06)


def test_missing_values_are_a_slice():
    missing = np.isnan(VALUES["carat"].to_numpy())
    found = worst(VALUES, np.where(missing, 3.0, 1.0) + RNG.random(ROWS))
    assert (found[0].feature, found[0].is_missing) == ("carat", True)


def test_a_range_of_numbers_is_a_slice():
    depth = VALUES["depth"].to_numpy()
    found = worst(VALUES, RNG.exponential(np.where(depth >= 65, 2.0, 1.0)))
    assert found[0].feature == "depth"
    assert found[0].above is not None
    assert 62 <= found[0].above <= 66
    assert found[0].most is None


def test_a_slice_without_any_chance_is_certain():
    found = worst(VALUES.select("cut"), (CUT == "fair").astype(float))
    assert (found[0].value, found[0].q, found[0].low, found[0].high) == ("fair", 0, 1, 1)


def test_by_chance_a_slice_is_seldom_named():
    named = [bool(worst(VALUES, RNG.exponential(size=ROWS))) for _ in range(100)]
    assert sum(named) <= 12, "one of twenty, give or take"


def test_few_rows_are_no_slice():
    assert worst(VALUES.head(40), np.r_[np.ones(10), np.zeros(30)]) == []
