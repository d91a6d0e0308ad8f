"""scikit-learn answers tables as it answers the data frames it was trained on."""

import copy

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder
from sklearn.svm import LinearSVC

from tests.worker.models import trained
from tests.worker.models.trained import Trained, train
from worker.models.sklearn_engine import SklearnEngine


def engine_of(made: Trained) -> SklearnEngine:
    return SklearnEngine(copy.deepcopy(made.model), made.signature)


def test_answers_are_those_of_the_model_and_nothing_warns(each: Trained):
    answers = engine_of(each).predict(each.table)
    assert answers.predictions.tolist() == each.model.predict(each.frame).tolist()
    if answers.probabilities is not None:
        np.testing.assert_array_equal(answers.probabilities, each.model.predict_proba(each.frame))
        assert answers.labels == tuple(each.model.classes_.tolist())


def test_rows_alone_are_answered_as_among_others(each: Trained):
    engine = engine_of(each)
    together = engine.predict(each.table).predictions.tolist()
    for row in range(0, each.table.row_count, each.table.row_count // 5):
        assert engine.predict(each.table.slice(row, row + 1)).predictions.tolist() == [together[row]]


@pytest.mark.parametrize("labels", [[False, True], [3, 7], ["a", "b"]])
def test_labels_have_the_type_that_the_target_had(labels: list[object]):
    frame = pd.DataFrame({"x": [0.0, 1.0, 2.0, 3.0]})
    made = train(RandomForestClassifier(2, bootstrap=False), frame, np.array([labels[0], labels[1]] * 2))
    predicted = engine_of(made).predict(made.table).predictions.tolist()
    assert predicted == made.model.predict(frame).tolist()
    assert {type(label) for label in predicted} == {type(labels[0])}


def test_a_classifier_without_probabilities_answers_labels_alone():
    frame, target = trained.biopsies()
    made = train(make_pipeline(FunctionTransformer(np.log1p), LinearSVC(dual=False)), frame, target)
    answers = engine_of(made).predict(made.table)
    assert answers.probabilities is None
    assert set(answers.predictions.tolist()) == {"benign", "malignant"}


def test_a_model_of_arrays_is_given_arrays():
    values = np.array([[1.0, 2.0], [2.0, 1.0], [3.0, 5.0]])
    frame = pd.DataFrame(values, columns=["a", "b"])
    model = LinearRegression().fit(values, [1.0, 2.0, 3.0])
    made = Trained(model, frame, trained.signature_of(model, frame))
    np.testing.assert_allclose(engine_of(made).predict(made.table).predictions, [1.0, 2.0, 3.0])


def test_a_model_of_mixed_arrays_is_given_objects():
    values = np.array([["a", 1.0], ["b", 2.0], ["a", 3.0], ["b", 4.0]], dtype=object)
    columns = make_column_transformer((OneHotEncoder(), [0]), remainder="passthrough")
    model = make_pipeline(columns, LogisticRegression()).fit(values, [0, 1, 0, 1])
    frame = pd.DataFrame({"0": values[:, 0], "1": values[:, 1].astype(np.float64)})
    made = Trained(model, frame, trained.signature_of(model, frame))
    assert engine_of(made).predict(made.table).predictions.tolist() == [0, 1, 0, 1]


def test_integers_and_booleans_reach_a_model_of_numbers():
    frame = pd.DataFrame({"i": [1, 2, 3, 4], "b": [True, False, True, False], "n": [0.5, 0.25, 0.1, 0.9]})
    made = train(LinearRegression(), frame, [1.0, 2.0, 3.0, 5.0])
    np.testing.assert_array_equal(engine_of(made).predict(made.table).predictions, made.model.predict(frame))
