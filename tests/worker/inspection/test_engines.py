"""The model gets the reference rows as its publisher's own program gave them, and what serves was compared."""

import numpy as np
import pandas as pd
import pytest
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from tests.examples.bundles import NAMES, TARGETS
from tests.worker.inspection.publishing import inbox, inbox_of
from worker.contract.inspection import Publication
from worker.contract.manifest import Engine
from worker.contract.signature import Signature
from worker.inspection.engines import choose
from worker.inspection.reference import read_reference
from worker.inspection.signature import feature_names, features, output
from worker.models.artifacts import open_artifact


def chosen(directory, publication):
    data = read_reference(directory / "reference")
    model = open_artifact(directory / "artifact")
    names = feature_names(model, data.columns, publication.target)
    derived, values = features(data, names, publication)
    return choose(model, Signature(features=derived, output=output(model, publication)), values)


@pytest.mark.parametrize("name", NAMES)
def test_answers_are_those_that_the_publisher_gets(bundle, tmp_path, name):
    choice = chosen(*inbox_of(bundle(name), tmp_path))
    rows = pd.read_csv(bundle(name) / "reference.csv").drop(columns=TARGETS[name])
    expected = open_artifact(bundle(name) / "model.skops").predict(rows)
    assert choice.answers.predictions.tolist() == expected.tolist()


def test_what_cannot_be_converted_is_served_by_scikit_learn_with_the_reason(tmp_path):
    rows = pd.DataFrame({"long": [1.5, 2.5, 3.5, 4.5]})
    model = make_pipeline(FunctionTransformer(np.sqrt), LogisticRegression()).fit(rows, ["a", "a", "b", "b"])
    choice = chosen(inbox(tmp_path, model, rows), Publication())
    assert choice.engine is Engine.SKLEARN
    assert choice.graph is None
    assert choice.reason.startswith("scikit-learn: ")


def test_a_graph_that_disagrees_does_not_serve(tmp_path):
    rows = pd.DataFrame({"left": [1.0, 2.0, 3.0], "right": [1.0001, 1.9999, 3.0001]})
    model = LinearRegression().fit(rows, [1.0, 2.0, 3.0])
    model.coef_, model.intercept_ = np.array([1e8, -1e8]), 0.0
    choice = chosen(inbox(tmp_path, model, rows), Publication())
    assert choice.engine is Engine.SKLEARN
    assert choice.graph is None
    assert "in 3 of 3 rows" in choice.reason


def test_a_value_that_may_be_missing_is_taken_away_in_turn(tmp_path):
    rows = pd.DataFrame({"long": [1.5, np.nan, 3.5, 4.5], "wide": [1.0, 2.0, np.nan, 4.0]})
    model = make_pipeline(SimpleImputer(), LinearRegression()).fit(rows, [1.0, 2.0, 3.0, 4.0])
    assert chosen(inbox(tmp_path, model, rows), Publication()).engine is Engine.ONNX
