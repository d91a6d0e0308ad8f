"""Opening model files: the usual ones open and predict the same; nothing else opens."""

import json
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import sparse
from sklearn import (
    calibration,
    discriminant_analysis,
    dummy,
    ensemble,
    gaussian_process,
    linear_model,
    naive_bayes,
    neighbors,
    neural_network,
    svm,
    tree,
)
from sklearn.compose import TransformedTargetRegressor
from sklearn.datasets import load_breast_cancer
from sklearn.decomposition import PCA
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.feature_selection import SelectKBest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.tree._tree import Tree

from tests.worker.models import trained
from tests.worker.models.conftest import Save
from tests.worker.models.trained import Trained
from worker.models.artifacts import made_with, open_artifact
from worker.models.errors import ModelRefused
from worker.models.estimators import walk

X, Y = (values[:120] for values in load_breast_cancer(return_X_y=True))
X = X[:, :6]
LOGISTIC = linear_model.LogisticRegression(max_iter=2000)
PAIR = [("a", LOGISTIC), ("b", naive_bayes.GaussianNB())]
USUAL = [
    LOGISTIC,
    linear_model.Ridge(),
    linear_model.ElasticNet(),
    linear_model.SGDClassifier(),
    linear_model.TweedieRegressor(),
    svm.SVC(),
    svm.LinearSVC(),
    naive_bayes.GaussianNB(),
    discriminant_analysis.LinearDiscriminantAnalysis(),
    neighbors.KNeighborsClassifier(algorithm="brute"),
    neighbors.KNeighborsClassifier(),
    neighbors.KNeighborsRegressor(algorithm="ball_tree", p=3),
    neighbors.KNeighborsRegressor(algorithm="kd_tree", metric="manhattan", weights="distance"),
    neural_network.MLPRegressor(solver="lbfgs", max_iter=3, hidden_layer_sizes=(3,)),
    gaussian_process.GaussianProcessClassifier(),
    tree.DecisionTreeClassifier(),
    tree.ExtraTreeRegressor(),
    ensemble.RandomForestRegressor(3, n_jobs=2),
    ensemble.ExtraTreesClassifier(3),
    ensemble.BaggingClassifier(n_estimators=3, max_features=3),
    ensemble.AdaBoostClassifier(n_estimators=3),
    ensemble.GradientBoostingClassifier(n_estimators=3),
    ensemble.GradientBoostingRegressor(n_estimators=3),
    ensemble.HistGradientBoostingClassifier(max_iter=3),
    ensemble.IsolationForest(n_estimators=3),
    ensemble.VotingClassifier(PAIR),
    ensemble.StackingClassifier(PAIR, cv=2),
    calibration.CalibratedClassifierCV(ensemble.RandomForestClassifier(3), cv=2),
    TransformedTargetRegressor(linear_model.Ridge(), func=np.log1p, inverse_func=np.expm1),
    make_pipeline(StandardScaler(), PCA(3), SelectKBest(k=2), LOGISTIC),
    make_pipeline(FunctionTransformer(np.log1p), dummy.DummyClassifier()),
]


@pytest.mark.parametrize("model", USUAL, ids=lambda model: type(model).__name__)
@pytest.mark.filterwarnings("ignore")  # trained for a moment only
def test_usual_estimators_open_and_predict_the_same(model: Any, save: Save):
    model.fit(X, Y)
    opened = open_artifact(save(model))
    np.testing.assert_array_equal(opened.predict(X), model.predict(X))
    threads = {getattr(estimator, "n_jobs", None) for estimator in walk(opened)}
    assert threads <= {None, 1}


def test_real_models_open(each: Trained, save: Save):
    opened = open_artifact(save(each.model))
    np.testing.assert_array_equal(opened.predict(each.frame), each.model.predict(each.frame))


def test_a_classifier_of_text_opens(save: Save):
    words = ["a good one", "bad", "good", "a bad one"]
    model = make_pipeline(TfidfVectorizer(), LOGISTIC).fit(words, [1, 0, 1, 0])
    assert open_artifact(save(model)).predict(["good"]).tolist() == [1]


def test_types_beyond_our_list_are_named_and_not_loaded(save: Save):
    model = FunctionTransformer(os.path.exists)
    with pytest.raises(ModelRefused, match=r"types that this box does not run: .*exists"):
        open_artifact(save(make_pipeline(model, LOGISTIC)))


@pytest.mark.parametrize("value", [{"predict": 1}, [1, 2], StandardScaler(), np.arange(3)])
def test_what_cannot_predict_is_refused(value: object, save: Save):
    with pytest.raises(ModelRefused, match="cannot predict"):
        open_artifact(save(value))


def test_a_tree_without_an_estimator_is_refused(save: Save):
    bare = trained.forest().model.estimators_[0].tree_
    assert isinstance(bare, Tree)
    with pytest.raises(ModelRefused, match="cannot predict"):
        open_artifact(save(bare))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x80\x04K\x01.", b"x" * 1000])
def test_what_is_no_archive_is_refused(content: bytes, tmp_path: Path):
    path = tmp_path / "artifact"
    path.write_bytes(content)
    with pytest.raises(ModelRefused, match="not a skops file"):
        open_artifact(path)


SCHEMAS = [
    "",
    "[]",
    "{}",
    "[" * 100_000,
    json.dumps({"protocol": 2}),
    json.dumps({"__class__": "system", "__module__": "os", "__loader__": "FunctionNode", "protocol": 2}),
    json.dumps({"__class__": "x", "__module__": "y", "__loader__": "CachedNode", "__id__": 1, "protocol": 2}),
]


@pytest.mark.parametrize("schema", SCHEMAS, ids=range(len(SCHEMAS)))
def test_a_forged_schema_is_refused(schema: str, tmp_path: Path):
    path = tmp_path / "artifact"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("schema.json", schema)
    with pytest.raises(ModelRefused):
        open_artifact(path)


def test_another_archive_is_refused(tmp_path: Path):
    path = tmp_path / "artifact"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(ModelRefused, match=r"no schema\.json"):
        open_artifact(path)


def test_an_archive_that_unpacks_to_too_much_is_refused_unopened(tmp_path: Path):
    path = tmp_path / "artifact"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("schema.json", b" " * 1_000_000)
    with pytest.raises(ModelRefused, match="unpacks to 1,000,000 bytes; 1,000 are allowed"):
        open_artifact(path, unpacked_bytes_max=1000)


def test_a_damaged_archive_is_refused(save: Save):
    path = save(trained.logistic().model)
    content = bytearray(path.read_bytes())
    content[40:400] = bytes(360)
    path.write_bytes(bytes(content))
    with pytest.raises(ModelRefused):
        open_artifact(path)


def test_the_version_that_wrote_a_file_is_told(save: Save):
    assert set(made_with(save(trained.logistic().model))) == {"skops"}


def test_a_sparse_matrix_under_another_name_is_refused(save: Save):
    model = linear_model.Ridge().fit(X, Y)
    model.coef_ = sparse.csc_matrix(model.coef_)
    path = save(model)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    schema = parts["schema.json"].decode()
    assert '"csc_matrix"' in schema
    parts["schema.json"] = schema.replace('"csc_matrix"', '"dtype"').replace('"scipy.sparse._csc"', '"numpy"').encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    with pytest.raises(ModelRefused, match="under the name of something else"):
        open_artifact(path)
