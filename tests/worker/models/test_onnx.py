"""Conversion to ONNX: graphs answer as scikit-learn does, in batches as alone; what is not converted says why."""

import copy

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder

from tests.worker.models import trained
from tests.worker.models.trained import Trained, train
from worker.contract.signature import Feature, FeatureType
from worker.models.agreement import compare
from worker.models.errors import ModelFailed, ModelRefused
from worker.models.onnx import convert
from worker.models.onnx_engine import OnnxEngine, open_session
from worker.models.sklearn_engine import SklearnEngine
from worker.tables.columns import TableBuilder
from worker.tables.table import Table

CONVERTIBLE = [trained.logistic, trained.forest, trained.penguins, trained.diamonds]
FRAME, DIAGNOSES = trained.biopsies()


def engines_of(made: Trained) -> tuple[OnnxEngine, SklearnEngine]:
    conversion = convert(made.model, made.signature)
    assert conversion.graph is not None, conversion.reason
    return OnnxEngine(conversion.graph, made.signature), SklearnEngine(copy.deepcopy(made.model), made.signature)


@pytest.mark.parametrize("made", CONVERTIBLE)
def test_a_graph_agrees_with_scikit_learn_on_every_row(made):
    onnx, sklearn = engines_of(made())
    agreement = compare(onnx.predict(made().table), sklearn.predict(made().table))
    assert agreement.agrees, agreement.sentence


@pytest.mark.parametrize("made", CONVERTIBLE)
def test_rows_alone_are_answered_as_in_any_batch(made):
    """What coalescing rests on. Sums of products are grouped by the height of a matrix: their last bits may differ."""
    onnx, _ = engines_of(made())
    table = made().table.slice(0, 60)
    together = onnx.predict(table)
    for start, stop in ((0, 1), (7, 8), (3, 20), (59, 60)):
        alone = onnx.predict(table.slice(start, stop))
        assert compare(alone, together.slice(start, stop)).agrees
        if made in {trained.forest, trained.diamonds}:
            assert alone.predictions.tolist() == together.predictions[start:stop].tolist()


PENGUINS = engines_of(trained.penguins())


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 343), st.integers(0, 127)), min_size=1, max_size=8))
def test_penguins_with_anything_missing_are_answered_as_by_scikit_learn(chosen: list[tuple[int, int]]):
    made = trained.penguins()
    rows = []
    for index, holes in chosen:
        row = list(made.rows[index])
        for position, feature in enumerate(made.signature.features):
            if holes >> position & 1 and not feature.required:
                row[position] = None
        rows.append(row)
    table = TableBuilder(made.signature).build(rows)
    onnx, sklearn = PENGUINS
    assert compare(onnx.predict(table), sklearn.predict(table)).agrees


def test_an_encoder_that_knows_missing_text_is_converted():
    frame = trained.penguins().frame[["island", "sex"]]
    model = make_pipeline(make_column_transformer((OneHotEncoder(), ["island", "sex"])), LogisticRegression())
    onnx, sklearn = engines_of(made := train(model, frame, trained.penguins().frame["body_mass_g"].isna()))
    assert compare(onnx.predict(made.table), sklearn.predict(made.table)).agrees


def test_converting_leaves_the_model_as_it_is():
    made = trained.penguins()
    before = made.model.predict_proba(made.frame)
    convert(made.model, made.signature)
    np.testing.assert_array_equal(made.model.predict_proba(made.frame), before)


@pytest.mark.parametrize("labels", [(False, True), (3, 7), ("a", "b")])
@pytest.mark.parametrize("model", [LogisticRegression(max_iter=9999), HistGradientBoostingClassifier(max_iter=3)])
def test_labels_are_those_of_the_classifier(labels: tuple[object, object], model: object):
    made = train(model, FRAME.iloc[:, :3], np.array(labels)[(DIAGNOSES == "benign").astype(int)])
    onnx, _ = engines_of(made)
    predicted = onnx.predict(made.table).predictions.tolist()
    assert predicted == made.model.predict(made.frame).tolist()
    assert {type(label) for label in predicted} == {type(labels[0])}


@pytest.mark.parametrize("loss", ["squared_error", "poisson", "gamma", "absolute_error"])
def test_histogram_boosting_is_converted_with_its_link(loss: str):
    model = HistGradientBoostingRegressor(loss=loss, max_iter=5)
    onnx, sklearn = engines_of(made := train(model, FRAME.iloc[:, 1:9], FRAME.iloc[:, 0]))
    agreement = compare(onnx.predict(made.table), sklearn.predict(made.table))
    assert agreement.agrees, agreement.sentence


@pytest.mark.parametrize("classes", [2, 4])
def test_histogram_boosting_classifies_with_missing_values(classes: int):
    frame = FRAME.iloc[:, :4].mask(np.random.default_rng(0).random((len(FRAME), 4)) < 0.2)
    target = pd.qcut(FRAME.iloc[:, 0], classes, labels=False)
    made = train(HistGradientBoostingClassifier(max_iter=5), frame, target)
    onnx, sklearn = engines_of(made)
    agreement = compare(onnx.predict(made.table), sklearn.predict(made.table))
    assert agreement.agrees, agreement.sentence


def test_what_cannot_be_converted_says_why():
    made = trained.diamonds_by_category()
    conversion = convert(made.model, made.signature)
    assert conversion.graph is None
    assert conversion.reason == "HistGradientBoostingRegressor, as this model uses it, cannot be converted to ONNX."
    assert conversion.detail.startswith("skl2onnx: ")
    made = train(make_pipeline(FunctionTransformer(np.log1p), RandomForestClassifier(2)), FRAME, DIAGNOSES)
    assert "FunctionTransformer" in convert(made.model, made.signature).reason


def test_booleans_that_may_be_missing_are_not_converted():
    made = trained.logistic()
    feature = Feature(name="smoker", type=FeatureType.BOOLEAN, required=False)
    signature = trained.signature_of(made.model, made.frame)
    conversion = convert(made.model, type(signature)(features=(*signature.features, feature), output=signature.output))
    assert "“smoker”" in conversion.reason


@pytest.mark.parametrize("graph", [b"", b"nonsense" * 10])
def test_a_damaged_graph_is_refused(graph: bytes):
    with pytest.raises(ModelRefused, match="cannot run the graph"):
        open_session(graph)


def test_rows_that_a_graph_does_not_take_are_a_failure_of_the_model():
    onnx, _ = engines_of(trained.logistic())
    with pytest.raises(ModelFailed, match="could not answer"):
        onnx.predict(Table.from_matrix(np.zeros((1, 3))))
