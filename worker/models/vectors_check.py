"""Looks through support vectors and cluster centres before they may predict.

scikit-learn hands them to C code that trusts their shapes: forged ones would let it read or write beyond its memory.
"""

from typing import Any, Final

import numpy as np
from sklearn.cluster import KMeans, MiniBatchKMeans
from sklearn.svm._base import BaseLibSVM
from sklearn.svm._classes import SVC, NuSVC

from worker.contract.words import Piece, Words
from worker.models.errors import ModelRefused
from worker.models.estimators import walk

KERNELS: Final = ("linear", "poly", "rbf", "sigmoid")
"""Those that look at the row's own values; others follow indices into it."""


def check_vectors(model: object) -> None:
    """Raise ModelRefused if support vectors or centres have shapes that no training produces."""
    for estimator in walk(model):
        if isinstance(estimator, BaseLibSVM) and hasattr(estimator, "support_vectors_"):
            _require(estimator, _problem(estimator))
        if isinstance(estimator, KMeans | MiniBatchKMeans) and hasattr(estimator, "cluster_centers_"):
            shape = (estimator.n_clusters, estimator.n_features_in_)
            fits = _is_table(estimator.cluster_centers_, shape)
            _require(estimator, None if fits else Piece("its centres are not of its features"))


def _require(estimator: object, problem: Piece | None) -> None:
    if problem is not None:
        words = Words(
            "The model's {estimator} is damaged or forged: {what}.",
            {"estimator": type(estimator).__name__, "what": problem},
        )
        raise ModelRefused(words, Words("Save the model again with skops and upload that file."))


def _problem(machine: Any) -> Piece | None:  # noqa: ANN401  # scikit-learn is untyped
    """Return what is wrong with a support vector machine, None if nothing is."""
    if not isinstance(machine.kernel, str) or machine.kernel not in KERNELS or machine._sparse:  # noqa: SLF001  # no public name
        return Piece("its kernel is none of linear, poly, rbf and sigmoid")
    count = len(machine.support_)
    classes = len(machine.classes_) if isinstance(machine, SVC | NuSVC) else 2
    if not _is_table(machine.support_vectors_, (count, machine.n_features_in_)):
        return Piece("its support vectors are not of its features")
    each = np.asarray(machine._n_support)  # noqa: SLF001  # no public name
    counted = each[:1] if classes == 2 and not isinstance(machine, SVC | NuSVC) else each
    if each.shape != (classes,) or each.dtype.kind != "i" or (each < 0).any() or counted.sum() != count:
        return Piece("it counts other support vectors than it has")
    pairs = classes * (classes - 1) // 2
    if not _is_table(machine._dual_coef_, (classes - 1, count)) or np.shape(machine._intercept_) != (pairs,):
        return Piece("its coefficients are not of its support vectors")
    probabilities = {np.shape(machine._probA), np.shape(machine._probB)}  # noqa: SLF001  # no public name
    return None if probabilities <= {(0,), (pairs,)} else Piece("its probabilities are not of its classes")


def _is_table(values: object, shape: tuple[int, int]) -> bool:
    return type(values) is np.ndarray and values.dtype.kind == "f" and values.shape == shape
