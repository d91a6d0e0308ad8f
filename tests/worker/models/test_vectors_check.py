"""Fitted support vectors and centres pass; forged ones are refused before C code trusts their shapes."""

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.svm import SVC, SVR, NuSVC, NuSVR, OneClassSVM

from worker.models.errors import ModelRefused
from worker.models.vectors_check import check_vectors

ROWS = np.random.default_rng(0).normal(size=(90, 3))
TWO = np.arange(90) % 2


@pytest.mark.parametrize(
    ("estimator", "target"),
    [
        (SVC(), TWO),
        (SVC(kernel="linear"), np.arange(90) % 4),
        (NuSVC(), TWO),
        (SVR(), ROWS[:, 0]),
        (NuSVR(), ROWS[:, 0]),
        (OneClassSVM(), None),
        (KMeans(2, n_init=1), None),
        (SVC(), None),
    ],
)
def test_fitted_ones_pass(estimator, target):
    check_vectors(estimator if target is None and isinstance(estimator, SVC) else estimator.fit(ROWS, target))


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("_dual_coef_", np.zeros((1, 1)), "coefficients"),
        ("_n_support", np.zeros(3000, dtype=np.int32), "counts other"),
        ("_n_support", np.array([-5, 1000], dtype=np.int32), "counts other"),
        ("_intercept_", np.zeros(0), "coefficients"),
        ("_probA", np.zeros(7), "probabilities"),
        ("support_vectors_", np.zeros((2, 3)), "support vectors"),
        ("kernel", "precomputed", "kernel"),
        ("_sparse", True, "kernel"),
    ],
)
def test_a_forged_machine_is_refused(field, value, problem):
    machine = SVC().fit(ROWS, TWO)
    setattr(machine, field, value)
    with pytest.raises(ModelRefused, match=problem):
        check_vectors(machine)


def test_centres_of_fewer_features_are_refused():
    model = KMeans(2, n_init=1).fit(ROWS)
    model.cluster_centers_ = model.cluster_centers_[:, :1]
    with pytest.raises(ModelRefused, match="centres"):
        check_vectors(model)
