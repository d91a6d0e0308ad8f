"""Faults of data are found whatever their distribution, and sound data are left alone."""

import numpy as np
import polars as pl
import pytest
from scipy.stats import fisher_exact

from tests.worker.stats.samples import category_column, category_profile, number_column, number_profile
from worker.contract.monitoring import Check, CheckKind
from worker.contract.monitoring_run import Reason
from worker.contract.profile import ColumnProfile
from worker.stats.data_quality import (
    checks,
    constant,
    duplicates,
    judged,
    missing,
    new_categories,
    out_of_range,
    refused,
)

RNG = np.random.default_rng(1)
NUMBERS = RNG.normal(size=2_000)
PROFILE = number_profile(NUMBERS)
CUTS = category_profile(["ideal"] * 600 + ["fair"] * 390 + ["odd"] * 10)


def by_kind(found: tuple[Check, ...]) -> dict[CheckKind, Check]:
    return {each.kind: each for each in found}


def test_columns_that_the_window_has_not_are_left_out():
    assert {each.feature for each in checks([PROFILE, CUTS], {"cut": category_column(["fair"])})} == {"cut"}


def test_sound_data_change_nothing():
    columns = {"carat": number_column(RNG.normal(size=500)), "cut": category_column(["ideal"] * 300 + ["fair"] * 195)}
    found = checks([PROFILE, CUTS], columns)
    assert not [each for each in found if each.is_changed]
    assert {each.kind for each in found} == {CheckKind.MISSING, CheckKind.OUT_OF_RANGE, CheckKind.NEW_CATEGORY}


def test_missing_values_are_found_with_their_interval():
    columns = {"carat": number_column(np.r_[RNG.normal(size=450), [np.nan] * 50])}
    found = by_kind(checks([PROFILE], columns))[CheckKind.MISSING]
    assert (found.count, found.rows, found.expected, found.is_changed) == (50, 500, 0, True)
    assert found.low < found.share == 0.1 < found.high


def test_missing_values_that_are_there_no_more_are_a_change_too():
    profile = number_profile(np.r_[NUMBERS, [np.nan] * 500])
    assert by_kind(checks([profile], {"carat": number_column(RNG.normal(size=500))}))[CheckKind.MISSING].is_changed


def test_p_of_missing_values_is_fishers():
    profile = number_profile([1.0] * 90 + [np.nan] * 10)
    found = missing(profile, number_column([1.0] * 30 + [np.nan] * 9))
    one_sided = fisher_exact([[9, 30], [10, 90]], alternative="greater").pvalue
    assert found.p == pytest.approx(min(1, 2 * one_sided))


def test_a_column_that_has_no_row_at_all_says_nothing():
    found = missing(ColumnProfile(name="carat", count=0), number_column([]))
    assert (found.rows, found.expected, found.p) == (0, None, 1)


def test_values_out_of_range_are_found():
    found = by_kind(checks([PROFILE], {"carat": number_column(np.r_[RNG.normal(size=480), [90.0] * 20])}))
    assert found[CheckKind.OUT_OF_RANGE].is_changed
    assert found[CheckKind.OUT_OF_RANGE].count >= 20


def test_a_small_reference_is_left_by_some_values_without_a_change():
    rates = []
    for _ in range(400):
        profile = number_profile(RNG.normal(size=100))
        assert profile.numbers is not None
        rates.append(out_of_range("carat", profile.numbers, np.sort(RNG.normal(size=200))).p < 0.05)
    assert 0.005 < np.mean(rates) < 0.08


def test_new_categories_are_found_and_named():
    found = by_kind(checks([CUTS], {"cut": category_column(["ideal"] * 400 + ["new"] * 60 + ["newer"] * 40)}))
    assert found[CheckKind.NEW_CATEGORY].is_changed
    assert (found[CheckKind.NEW_CATEGORY].count, found[CheckKind.NEW_CATEGORY].value) == (100, "new")


def test_a_category_that_the_signature_names_is_not_new():
    (found,) = new_categories(CUTS, {"ideal": 9, "good": 3}, known={"ideal", "fair", "good"})
    assert (found.count, found.p) == (0, 1)


def test_beyond_the_profile_it_is_not_known_what_is_new():
    profile = category_profile([str(place) for place in range(90)])
    assert new_categories(profile, {"else": 5}) == []
    assert new_categories(profile, {"else": 5}, known=[str(place) for place in range(90)])[0].count == 5


def test_where_many_categories_were_seen_once_more_are_expected():
    once = category_profile([str(place) for place in range(45)] + ["often"] * 100)
    (found,) = new_categories(once, {"often": 80, "first": 1, "second": 1})
    assert found.p > 0.5


@pytest.mark.parametrize(
    ("profile", "column", "value"),
    [(PROFILE, number_column([0.0] * 40), "0"), (CUTS, category_column(["fair"] * 40), "fair")],
)
def test_a_column_that_became_constant_is_found(profile, column, value):
    (found,) = constant(profile, column)
    assert (found.value, found.share) == (value, 1)
    assert judged([found])[0].is_changed


@pytest.mark.parametrize(
    ("profile", "column"),
    [
        (PROFILE, number_column([0.0] * 29)),
        (PROFILE, number_column([0.0] * 40 + [1.0])),
        (number_profile(np.ones(50)), number_column([1.0] * 40)),
        (category_profile(["a"] * 50), category_column(["a"] * 40)),
        (CUTS, category_column(["ideal", "fair"] * 40)),
        (PROFILE, number_column([])),
    ],
)
def test_other_columns_are_not_called_constant(profile, column):
    assert constant(profile, column) == []


def test_a_constant_window_of_a_nearly_constant_column_is_no_finding():
    profile = category_profile(["a"] * 999 + ["b"])
    assert not judged(constant(profile, category_column(["a"] * 40)))[0].is_significant


def test_a_nearly_constant_window_without_a_reference_is_none():
    assert constant(ColumnProfile(name="carat", count=0), number_column([1.0] * 40)) == []


def reason(code, rows, feature="carat"):
    return Reason(feature=feature, code=code, rows=rows)


def test_rows_of_another_type_are_found():
    (found,) = refused(["carat", "cut"], [reason("wrong_type", 20), reason("does_not_fit", 5)], 500)
    assert (found.kind, found.feature, found.count, found.rows) == (CheckKind.TYPE_FAILURE, "carat", 25, 500)
    assert (found.value, found.expected, found.is_changed) == ("wrong_type", 0.0, True)
    assert found.low < 0.05 < found.high


def test_what_is_refused_for_another_reason_is_another_count():
    reasons = [reason("missing", 40), reason("wrong_type", 2), reason("not_json", 3, "")]
    found = {(each.kind, each.feature): each for each in refused(["carat", "cut"], reasons, 500)}
    assert found.keys() == {(CheckKind.REFUSED, "carat"), (CheckKind.TYPE_FAILURE, "carat"), (CheckKind.REFUSED, "")}
    assert found[CheckKind.REFUSED, "carat"].is_changed
    assert not found[CheckKind.TYPE_FAILURE, "carat"].is_significant


@pytest.mark.parametrize(("count", "rows"), [(1, 20), (3, 100), (12, 1_000), (110, 10_000)])
def test_few_refusals_are_no_change(count, rows):
    (found,) = refused(["carat"], [reason("wrong_type", count)], rows)
    assert not found.is_changed


def test_a_row_is_counted_once_where_it_is_refused_twice():
    (found,) = refused(["carat"], [reason("missing", 400), reason("duplicate_feature", 400)], 500)
    assert found.share == 1.0


def test_repeated_rows_are_counted_and_judged_by_those_of_the_reference():
    frame = pl.DataFrame({"carat": [1.0, 1.0, 2.0] * 100, "cut": ["a", "a", "b"] * 100})
    alone = duplicates(frame)
    assert (alone.count, alone.rows, alone.expected) == (298, 300, None)
    assert not judged([alone])[0].is_significant
    assert judged([duplicates(frame, (10, 1_000))])[0].is_changed
    assert duplicates(frame.head(0)).count == 0


def test_p_values_are_adjusted_for_all_checks_together():
    columns = {"carat": number_column(np.r_[RNG.normal(size=300), [np.nan]])}
    alone, among = checks([PROFILE], columns)[0], checks([PROFILE, CUTS], {**columns, "cut": category_column(["fair"])})
    assert alone.p == among[0].p
    assert alone.q <= among[0].q
