"""What each feature is and does."""

import msgspec

from tests.playground import PRICE, SPECIES
from webapp.catalogue.features import PROFILES_SHOWN_MAX, importance_rows, profiled
from worker.contract.profile import CategoryProfile, ColumnProfile, NumberProfile, Profile
from worker.contract.report import Importance

EVEN = NumberProfile(mean=50, sd=29, percentiles=tuple(map(float, range(101))), edges=(50.0,), counts=(50, 50))
ISLANDS = CategoryProfile(values=("Biscoe", "Dream", "Torgersen", "Else"), counts=(6, 2, 1, 1), distinct=4)


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def profile(*features: ColumnProfile) -> Profile:
    answers = ColumnProfile(name="prediction", count=10, categories=ISLANDS)
    return Profile(rows=10, features=features, prediction=answers)


def test_the_most_important_feature_comes_first_and_is_the_longest():
    some = [Importance(feature="a", value=0.1, sd=0.01), Importance(feature="b", value=0.4, sd=0.02)]
    rows = importance_rows(some, SPECIES.output)
    assert [(row.name, row.strip.boxes[1].width) for row in rows] == [("b", 100), ("a", 25)]


def test_importance_of_numbers_has_the_unit_of_the_answer():
    (row,) = importance_rows([Importance(feature="carat", value=3400, sd=38)], PRICE.output)
    assert (plain(row.words), plain(row.spread)) == ("3400 USD", "38 USD")


def test_features_without_any_importance_are_no_trouble():
    (row,) = importance_rows([Importance(feature="a", value=-0.1, sd=0.01)], SPECIES.output)
    assert row.strip.boxes[1].width == 0


def test_numbers_are_told_with_their_unit():
    row = profiled(profile(ColumnProfile(name="bill_mm", count=98, missing=2, numbers=EVEN)), SPECIES).rows[0]
    assert plain(row.words) == "half lie from 25 to 75 mm; middle 50, least 0, most 100"
    assert plain(row.missing) == "2.0 %"
    assert row.strip


def test_categories_are_told_by_frequency():
    row = profiled(profile(ColumnProfile(name="island", count=10, categories=ISLANDS)), SPECIES).rows[0]
    assert plain(row.words) == "Biscoe 60.0 %, Dream 20.0 %, Torgersen 10.0 % and 1 more"


def test_percentiles_that_are_too_few_are_not_drawn():
    few = msgspec.structs.replace(EVEN, percentiles=(1.0, 2.0))
    row = profiled(profile(ColumnProfile(name="bill_mm", count=9, numbers=few)), SPECIES).rows[0]
    assert (row.words, row.strip) == ("", None)


def test_of_very_many_columns_some_are_counted_only():
    columns = [ColumnProfile(name=f"c{number}", count=10, numbers=EVEN) for number in range(PROFILES_SHOWN_MAX + 5)]
    found = profiled(profile(*columns), SPECIES)
    assert (len(found.rows), found.left_out) == (PROFILES_SHOWN_MAX + 1, 5)
