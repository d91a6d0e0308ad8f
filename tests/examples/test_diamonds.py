"""The diamonds: read in place, priced well."""

import pandas as pd
from sklearn.metrics import r2_score

from examples.diamonds import load_diamonds
from worker.models.artifacts import open_artifact


def test_all_diamonds_are_read():
    assert load_diamonds().shape == (53_940, 10)


def test_prices_are_explained(bundle):
    held_out = pd.read_csv(bundle("diamonds") / "reference.csv")
    prices = open_artifact(bundle("diamonds") / "model.skops").predict(held_out.drop(columns="price"))
    assert r2_score(held_out["price"], prices) > 0.97
    assert prices.min() > 0
