"""The penguins: rows with missing values take part."""

import pandas as pd

from worker.models.artifacts import open_artifact


def test_rows_with_missing_values_are_kept(bundle):
    assert pd.read_csv(bundle("penguins") / "reference.csv").isna().any(axis=None)


def test_a_bird_of_which_only_island_and_year_are_known_gets_an_answer(bundle):
    model = open_artifact(bundle("penguins") / "model.skops")
    row = dict.fromkeys(model.feature_names_in_, float("nan")) | {"island": "Biscoe", "year": 2008}
    assert model.predict(pd.DataFrame([row]).astype({"sex": object}))[0] in {"Adelie", "Gentoo"}


def test_the_species_is_right_for_nearly_all(bundle):
    held_out = pd.read_csv(bundle("penguins") / "reference.csv")
    predicted = open_artifact(bundle("penguins") / "model.skops").predict(held_out.drop(columns="species"))
    assert (predicted == held_out["species"]).mean() > 0.97
