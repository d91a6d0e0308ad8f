"""Two versions are asked the same rows, and what parts their answers is told."""

import msgspec
import numpy as np
import pandas as pd
import polars as pl
import pytest

from tests.worker.comparison.versions import REQUEST, classes, classifier, regressor, served
from worker.comparison.comparing import Incomparable, compare
from worker.contract.comparison import ROWS_SHOWN_MAX, Compared, PairedQuality
from worker.contract.manifest import Engine
from worker.contract.signature import Feature, FeatureType, Signature
from worker.models.serving import ServedModel

DATA = classes()


def cells(data=DATA) -> pl.DataFrame:
    return pl.DataFrame({name: [None if pd.isna(cell) else str(cell) for cell in data[name]] for name in data})


def compared(old: ServedModel, new: ServedModel, data=DATA) -> Compared:
    return compare(old, new, cells(data), REQUEST, rows_of=REQUEST.new)


def interval(pair: PairedQuality) -> tuple[float, float]:
    assert pair.low is not None
    assert pair.high is not None
    return pair.low, pair.high


@pytest.fixture(scope="module")
def worse() -> ServedModel:
    return served(classifier(DATA, "depth"), "kind")


@pytest.fixture(scope="module")
def better() -> ServedModel:
    return served(classifier(DATA, "length", "depth"), "kind")


def test_a_version_does_not_differ_from_itself(better):
    found = compared(better, better)
    assert (found.rows, found.different, found.gap_max, found.most) == (200, 0, 0, ())
    assert {(pair.difference, pair.low, pair.high) for pair in found.quality[:4]} == {(0, 0, 0)}


def test_a_better_version_is_better_beyond_chance(worse, better):
    found = compared(worse, better)
    accuracy = found.quality[0]
    assert (accuracy.old.name, found.quality_rows) == ("accuracy", 200)
    low, high = interval(accuracy)
    assert 0 < low < accuracy.difference < high


def test_the_difference_turns_its_sign_with_the_versions(worse, better):
    forth, back = compared(worse, better).quality, compared(better, worse).quality
    for one, other in zip(forth, back, strict=True):
        assert one.difference == pytest.approx(-other.difference)
        if one.low is not None:
            assert interval(one)[0] == pytest.approx(-interval(other)[1], abs=0.02)


def test_the_same_versions_have_the_same_intervals_each_time(worse, better):
    assert compared(worse, better) == compared(worse, better)


def test_labels_are_counted_old_by_new(worse, better):
    found = compared(worse, better)
    assert found.answers is not None
    assert found.answers.labels == ("long", "short")
    (same, other), (others, sames) = found.answers.counts
    assert (same + sames + other + others, other + others) == (200, found.different)


def test_rows_that_differ_most_come_first_with_both_answers(worse, better):
    found = compared(worse, better)
    assert len(found.most) == ROWS_SHOWN_MAX
    for row in found.most:
        told = DATA.iloc[row.row - 1]
        assert row.values == {"length": str(told["length"]), "depth": str(told["depth"])}
        assert row.old != row.new
        assert row.truth == told["kind"]
    sure = [(row.old_probability or 0, row.new_probability or 0) for row in found.most]
    assert min(min(both) for both in sure) >= 0.5
    gaps = [old - (1 - new) for old, new in sure]
    assert gaps == sorted(gaps, reverse=True)
    assert gaps[0] == pytest.approx(found.gap_max)


def test_numbers_are_compared_by_their_error():
    data = DATA.assign(sum=DATA["length"] * 2 + DATA["depth"])
    old, new = regressor(data, "length", target="sum"), regressor(data, "length", "depth", target="sum")
    found = compared(served(old, "sum"), served(new, "sum"), data)
    gains = {pair.new.name: pair for pair in found.quality}
    assert interval(gains["r2"])[0] > 0 > interval(gains["mae"])[1]
    assert gains["mae"].new.value == pytest.approx(0, abs=1e-9)
    assert found.answers is None


def test_the_older_versions_target_serves_where_the_newer_one_has_none(worse):
    found = compared(worse, served(classifier(DATA, "length", "depth")))
    assert (found.target, found.quality_rows) == ("kind", 200)


def test_a_target_that_is_a_feature_of_a_version_is_none(better):
    number = served(regressor(DATA, "length", target="depth"), "depth")
    other = served(regressor(DATA, "depth", target="length"))
    assert compared(number, other).target == ""


def test_without_a_target_only_the_answers_are_compared():
    found = compared(served(classifier(DATA, "depth")), served(classifier(DATA, "length", "depth")))
    assert found.target == ""
    assert (found.quality, found.quality_rows) == ((), 0)
    assert {row.truth for row in found.most} == {None}


def test_rows_without_an_outcome_are_not_judged(worse, better):
    found = compared(worse, better, DATA.assign(kind=DATA["kind"].where(DATA.index < 150, np.nan)))
    assert (found.rows, found.quality_rows) == (200, 150)


def test_few_rows_have_no_interval(worse, better):
    assert compared(worse, better, DATA[:20]).quality[0].low is None


def test_a_feature_that_the_data_lacks_is_named(better):
    wide = classes(names=("length", "depth", "mass"))
    with pytest.raises(Incomparable, match="Version 2 needs the feature “mass”, which the reference data of version 3"):
        compare(served(classifier(wide, "mass")), better, cells(), REQUEST, rows_of=REQUEST.new)


def test_a_class_and_a_number_are_not_compared(better):
    number = served(regressor(DATA.assign(sum=DATA["length"]), "depth", target="sum"))
    with pytest.raises(Incomparable, match="One version answers with a class, the other with a number"):
        compare(number, better, cells(), REQUEST, rows_of=REQUEST.new)


def test_rows_that_a_version_refuses_are_left_out(worse, better):
    data = DATA.astype({"depth": object})
    data.loc[3, "depth"] = "deep"
    data.loc[4, "depth"] = np.nan
    found = compared(worse, better, data)
    assert (found.rows, found.left_out) == (198, 2)


def test_no_row_that_both_take_is_said(worse, better):
    with pytest.raises(Incomparable, match="No row of the reference data is one that both versions take"):
        compared(worse, better, DATA.assign(depth="deep"))


def test_a_label_that_only_one_version_knows_counts_as_wrong_for_the_other(worse):
    data = DATA.assign(kind=DATA["kind"].where(DATA["length"] < 2, "huge"))
    found = compared(worse, served(classifier(data, "length", "depth"), "kind"), data)
    assert found.answers is not None
    assert set(found.answers.labels) == {"long", "short", "huge"}
    assert found.quality[0].difference > 0.2


def test_a_version_that_raises_is_named_with_what_it_said(better):
    broken = classifier(DATA, "length", "depth")
    features = (*broken.signature.features[:1], Feature(name="kind", type=FeatureType.TEXT))
    model = served(broken, signature=Signature(features=features, output=broken.signature.output))
    assert model.manifest.engine is Engine.SKLEARN
    with pytest.raises(Incomparable, match="Version 2 does not answer rows") as caught:
        compare(model, better, cells(), REQUEST, rows_of=REQUEST.new)
    assert "The model cannot answer" in caught.value.detail


def test_an_outcome_is_small(worse, better):
    assert len(msgspec.json.encode(compared(worse, better))) < 20_000
