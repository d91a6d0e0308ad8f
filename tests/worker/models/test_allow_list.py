"""Harmless parts that real fitted models hold beside scikit-learn's public estimators are on the list."""

import importlib
from typing import Any

import numpy as np
import pytest
from sklearn.cluster import FeatureAgglomeration
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    GridSearchCV,
    RandomizedSearchCV,
    RepeatedStratifiedKFold,
    ShuffleSplit,
    StratifiedShuffleSplit,
    TimeSeriesSplit,
    TunedThresholdClassifierCV,
)
from sklearn.multiclass import OutputCodeClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline

from tests.worker.models.conftest import Save
from worker.models.allow_list import ALLOWED_TYPES
from worker.models.artifacts import open_artifact
from worker.models.errors import ModelRefused
from worker.models.neighbours_check import check_neighbours

X, Y = (values[:150] for values in load_breast_cancer(return_X_y=True))
LOGISTIC = LogisticRegression(max_iter=30)
GRID = {"C": [0.1, 1.0]}
MODELS = {
    "scored by name": RandomizedSearchCV(LOGISTIC, GRID, n_iter=2, cv=2, scoring="roc_auc"),
    "scored by two": GridSearchCV(LOGISTIC, GRID, cv=2, scoring=["f1", "accuracy"], refit="f1"),
    "repeated splits": GridSearchCV(LOGISTIC, GRID, cv=RepeatedStratifiedKFold(n_splits=2, n_repeats=1)),
    "splits by time": GridSearchCV(LOGISTIC, GRID, cv=TimeSeriesSplit(2)),
    "shuffled splits": GridSearchCV(LOGISTIC, GRID, cv=ShuffleSplit(2)),
    "shuffled strata": GridSearchCV(LOGISTIC, GRID, cv=StratifiedShuffleSplit(2)),
    "a tuned threshold": TunedThresholdClassifierCV(LOGISTIC, cv=2),
    "output codes": OutputCodeClassifier(LOGISTIC, random_state=0),
    "pooled features": make_pipeline(FeatureAgglomeration(2), LOGISTIC),
    **{name: KNeighborsClassifier(metric=name) for name in ("canberra", "braycurtis", "hamming")},
}


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.filterwarnings("ignore")  # trained for a moment only
def test_they_open_and_predict_the_same(name: str, save: Save):
    model: Any = MODELS[name].fit(X[:, :5], Y)
    np.testing.assert_array_equal(open_artifact(save(model)).predict(X[:, :5]), model.predict(X[:, :5]))


def test_angles_on_a_sphere_are_two(save: Save):
    model = KNeighborsClassifier(metric="haversine").fit(X[:, :2], Y)
    assert open_artifact(save(model)).predict(X[:5, :2]).tolist() == model.predict(X[:5, :2]).tolist()
    forged = KNeighborsClassifier(metric="euclidean").fit(X[:, :3], Y)
    state = list(forged._tree.__getstate__())
    state[-2] = model._tree.__getstate__()[-2]
    forged._tree.__setstate__(tuple(state))
    with pytest.raises(ModelRefused, match="its distance is of two angles"):
        check_neighbours(forged)


def test_every_name_on_the_list_is_a_type_or_function_of_some_version():
    unknown = [name for name in ALLOWED_TYPES if not _is_there(name)]
    assert unknown == ["sklearn.preprocessing._label._BinaryEncoder"]  # of other versions than this


def _is_there(name: str) -> bool:
    module, _, attribute = name.rpartition(".")
    return hasattr(importlib.import_module(module), attribute)
