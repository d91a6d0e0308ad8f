"""A version takes what its signature says, and nothing else."""

import polars as pl
import pytest

from worker.comparison.rows import FeatureAbsent, taken
from worker.contract.signature import Feature, FeatureType, Output, OutputKind, Signature


def rows_of(cells: list[str | None], kind: FeatureType, **known) -> list[bool]:
    feature = Feature(name="x", type=kind, **known)
    signature = Signature(features=(feature,), output=Output(kind=OutputKind.NUMBER, name="y"))
    return taken(pl.DataFrame({"x": cells}, {"x": pl.String}), signature).rows.to_list()


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (FeatureType.NUMBER, ["1", "2.5", "-1e3"], ["word", "inf", "nan"]),
        (FeatureType.INTEGER, ["1", "2.0", "-7"], ["2.5", "1e300", "word"]),
        (FeatureType.BOOLEAN, ["true", "False"], ["yes", "1"]),
        (FeatureType.TEXT, ["anything", "1"], []),
    ],
)
def test_each_type_takes_its_own(kind, good, bad):
    assert rows_of([*good, *bad], kind) == [True] * len(good) + [False] * len(bad)


def test_a_category_that_the_version_never_saw_is_refused():
    assert rows_of(["a", "c"], FeatureType.CATEGORY, categories=("a", "b")) == [True, False]


@pytest.mark.parametrize("kind", list(FeatureType))
def test_a_missing_value_is_taken_where_it_may_be_missing(kind):
    assert rows_of([None], kind, required=True) == [False]
    assert rows_of([None], kind, required=False) == [True]


def test_a_column_that_is_not_there_is_missing_in_every_row_or_named():
    features = (Feature(name="z", type=FeatureType.INTEGER, required=False),)
    output = Output(kind=OutputKind.NUMBER, name="y")
    found = taken(pl.DataFrame({"x": ["1", "2"]}), Signature(features=features, output=output))
    assert found.values["z"].to_list() == [None, None]
    assert found.rows.all()
    with pytest.raises(FeatureAbsent, match="w"):
        taken(
            pl.DataFrame({"x": ["1"]}),
            Signature(features=(Feature(name="w", type=FeatureType.TEXT),), output=output),
        )
