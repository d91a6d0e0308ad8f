"""Looks through the search trees and labels of nearest-neighbour models before they may predict.

scikit-learn follows their indices in C without bounds checks, as it does those of decision trees.
"""

from typing import Any, Final

import numpy as np
import numpy.typing as npt
from sklearn.base import is_classifier
from sklearn.metrics import DistanceMetric
from sklearn.neighbors import BallTree, KDTree
from sklearn.neighbors._base import NeighborsBase

from worker.contract.words import Piece, Words
from worker.models.errors import ModelRefused
from worker.models.estimators import objects, walk

_BOUNDS: Final = {KDTree: 2, BallTree: 1}
"""How many corners each kind of tree keeps for a node."""

_NODE_FIELDS: Final = ("idx_start", "idx_end", "is_leaf", "radius")


def check_neighbours(model: object) -> None:
    """Raise ModelRefused if a nearest-neighbour model has a structure that no training produces."""
    owned = set()
    for estimator in walk(model):
        if isinstance(estimator, NeighborsBase) and hasattr(estimator, "_fit_X"):
            _check_labels(estimator)
            tree = getattr(estimator, "_tree", None)
            if tree is not None:
                owned.add(id(tree))
                _check_tree(tree, estimator)
    strays = (value for value in objects(model) if isinstance(value, KDTree | BallTree) and id(value) not in owned)
    for stray in strays:
        _require(holds=False, what=Piece("a search tree is where none belongs"), of=stray)


def _require(*, holds: bool, what: Piece, of: object) -> None:
    if not holds:
        words = Words(
            "The model's {estimator} is damaged or forged: {what}.", {"estimator": type(of).__name__, "what": what}
        )
        raise ModelRefused(words, Words("Save the model again with skops and upload that file."))


def _check_labels(estimator: Any) -> None:  # noqa: ANN401  # scikit-learn is untyped
    if not is_classifier(estimator):
        return
    labels = np.asarray(estimator._y)  # noqa: SLF001  # no public name
    rows = estimator._fit_X.shape[0]  # noqa: SLF001  # no public name
    fits = labels.shape == (rows,) and labels.dtype.kind == "i"
    fits = fits and bool(((labels >= 0) & (labels < len(estimator.classes_))).all())
    _require(holds=fits, what=Piece("its labels are not those of its rows"), of=estimator)


def _check_tree(tree: Any, estimator: Any) -> None:  # noqa: ANN401  # scikit-learn is untyped
    _require(holds=type(tree) in _BOUNDS, what=Piece("its search tree is of another type"), of=estimator)
    data, order, nodes, bounds, _, _, count, *_, metric, weights = tree.__getstate__()
    shape = np.shape(estimator._fit_X)  # noqa: SLF001  # no public name
    _require(holds=np.shape(data) == shape, what=Piece("its search tree holds other rows"), of=estimator)
    rows, features = shape
    inside = order.shape == (rows,) and bool(((order >= 0) & (order < rows)).all())
    _require(holds=inside, what=Piece("its search tree points beyond the rows"), of=estimator)
    expected = (_BOUNDS[type(tree)], count, features)
    _require(holds=bounds.shape == expected, what=Piece("its search tree has other bounds"), of=estimator)
    _require(holds=_nodes_fit(nodes, count, rows), what=Piece("a node of its search tree points beyond"), of=estimator)
    _require(holds=weights is None, what=Piece("its search tree has weights"), of=estimator)
    _check_metric(metric, features, estimator)


def _nodes_fit(nodes: npt.NDArray[Any], count: int, rows: int) -> bool:
    """Return whether every node spans rows that there are, and every inner node has its two children."""
    if nodes.dtype.names != _NODE_FIELDS or nodes.shape != (count,) or count < 1:
        return False
    start, end = nodes["idx_start"], nodes["idx_end"]
    inner = np.flatnonzero(nodes["is_leaf"] == 0)
    return bool(((start >= 0) & (start <= end) & (end <= rows)).all() and (2 * inner + 2 < count).all())


def _check_metric(metric: DistanceMetric, features: int, estimator: object) -> None:
    """Check the weights of a metric: the C code reads one for each feature if there are any."""
    _, weights, _ = metric.__getstate__()
    named = type(metric).__name__.removesuffix("64")
    _require(
        holds=named != "HaversineDistance" or features == 2, what=Piece("its distance is of two angles"), of=estimator
    )
    reads = named == "MinkowskiDistance" and len(weights) > 0
    _require(holds=not reads or len(weights) == features, what=Piece("its distance has other weights"), of=estimator)
