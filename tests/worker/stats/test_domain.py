"""Rows of one distribution are not told apart; columns that no longer go together are."""

import math

import numpy as np
import polars as pl
import pytest

from worker.stats.domain import area_alone, domain_drift

RNG = np.random.default_rng(9)


def frame(rows: int, together: float) -> pl.DataFrame:
    """Return rows whose two numbers go together as closely as this; each alone is always the same."""
    first = RNG.normal(size=rows)
    second = together * first + math.sqrt(1 - together**2) * RNG.normal(size=rows)
    second[:10] = math.nan
    cut = pl.Series(RNG.choice(["a", "b", ""], rows)).replace("", None)
    return pl.DataFrame({"first": first, "second": second, "cut": cut, "noise": RNG.normal(size=rows)})


def test_other_columns_are_an_error():
    with pytest.raises(ValueError, match="The window has the columns"):
        domain_drift(frame(300, 0), frame(300, 0).drop("cut"))


def test_too_few_rows_are_an_error():
    with pytest.raises(ValueError, match="takes 200 on each side, got 199"):
        domain_drift(frame(300, 0), frame(199, 0))


def test_rows_of_one_distribution_are_not_told_apart():
    found = domain_drift(frame(600, 0.9), frame(400, 0.9))
    assert not found.is_changed
    assert found.low < 0.5 < found.high
    assert found.area == pytest.approx(0.5, abs=0.08)


def test_columns_that_no_longer_go_together_are_found_and_named():
    found = domain_drift(frame(2_500, 0.9), frame(600, 0.0))
    assert found.is_changed
    assert found.area > found.high
    assert {name for name, _ in found.features[:2]} == {"first", "second"}
    assert (found.rows, found.reference_rows) == (600, 2_000)


def test_the_same_rows_are_told_apart_the_same_way():
    reference, current = frame(300, 0.5), frame(300, 0.1)
    found = domain_drift(reference, current)
    assert domain_drift(reference, current) == found
    assert area_alone(reference, current) == found.area
