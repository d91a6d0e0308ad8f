"""Changes of unit are named, a part in another unit too; what is no change of unit is not called one."""

import numpy as np
import pytest

from worker.contract.monitoring import CauseKind
from worker.stats import causes
from worker.stats.distribution import Distribution
from worker.stats.units import CONVERSIONS

RNG = np.random.default_rng(3)
CARATS = RNG.gamma(3, 0.25, 3_000) + 0.2
REFERENCE = Distribution.of_values(CARATS)


def kinds(reference: Distribution, values) -> list[CauseKind]:
    return [cause.kind for cause in causes.of_numbers(reference, np.sort(values))]


@pytest.mark.parametrize(
    ("factor", "unit"),
    [
        (200, "carat to mg"),
        (0.2, "carat to g"),
        (1_000, "kg to g"),
        (0.001, "g to kg"),
        (100, "share to percent"),
        (0.01, "percent to share"),
        (2.54, "inches to cm"),
        (60, "minutes to seconds"),
    ],
)
def test_a_change_of_unit_is_named(factor, unit):
    (cause,) = causes.of_numbers(REFERENCE, np.sort((RNG.gamma(3, 0.25, 700) + 0.2) * factor))
    assert (cause.kind, cause.share) == (CauseKind.FACTOR, 1)
    assert cause.factor == pytest.approx(factor)
    assert unit in cause.unit


@pytest.mark.parametrize(
    ("factor", "offset", "kind", "unit"),
    [(1, 273.15, CauseKind.OFFSET, "°C to K"), (1.8, 32, CauseKind.LINEAR, "°C to °F")],
)
def test_a_change_of_temperature_scale_is_named(factor, offset, kind, unit):
    cause = causes.of_numbers(
        Distribution.of_values(RNG.normal(18, 6, 2_000)), np.sort(RNG.normal(18, 6, 500) * factor + offset)
    )[0]
    assert (cause.kind, cause.unit) == (kind, unit)


def test_a_change_of_sign_is_told():
    assert kinds(REFERENCE, -CARATS[:500]) == [CauseKind.SIGN]


def test_another_factor_is_told_by_its_number():
    (cause,) = causes.of_numbers(REFERENCE, np.sort(CARATS[:800] * 17))
    assert cause.unit == ""
    assert cause.factor == pytest.approx(17, rel=0.1)


def test_a_part_in_another_unit_is_found_with_its_share():
    values = CARATS[:1_000].copy()
    values[:300] *= 1_000
    cause = causes.of_numbers(REFERENCE, np.sort(values))[0]
    assert (cause.kind, cause.factor) == (CauseKind.PART_FACTOR, 1_000)
    assert cause.share == pytest.approx(0.3, abs=0.01)


def test_a_value_that_stands_for_missing_is_found():
    values = CARATS[:1_000].copy()
    values[:200] = -1
    cause = next(each for each in causes.of_numbers(REFERENCE, np.sort(values)) if each.kind is CauseKind.SPIKE)
    assert cause.value == "-1"
    assert cause.share == pytest.approx(0.2)


def test_a_shift_and_a_wider_spread_are_no_change_of_unit():
    reference = Distribution.of_values(RNG.normal(size=2_000))
    assert kinds(reference, RNG.normal(size=500) * 1.6 + 0.7) == [CauseKind.SHIFT, CauseKind.SPREAD]


def test_every_named_change_can_be_undone_by_another():
    pairs = {(round(each.factor, 9), round(each.offset, 6)) for each in CONVERSIONS if not each.offset}
    assert all((round(1 / factor, 9), offset) in pairs for factor, offset in pairs if factor > 1 or factor == -1)


def test_a_column_that_was_mostly_zero_has_no_factor():
    reference = Distribution.of_values(np.r_[np.zeros(600), RNG.gamma(2, size=400)])
    found = kinds(reference, RNG.gamma(2, size=300))
    assert found[0] is CauseKind.SHIFT
    assert CauseKind.FACTOR not in found
