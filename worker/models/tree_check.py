"""Looks through the node arrays of trees before they may predict.

scikit-learn follows their indices in C without bounds checks: a forged array would read or write beyond its memory.
"""

from collections.abc import Iterator
from inspect import isroutine
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator
from sklearn.ensemble import BaseEnsemble
from sklearn.ensemble._gb import BaseGradientBoosting
from sklearn.ensemble._hist_gradient_boosting.common import PREDICTOR_RECORD_DTYPE
from sklearn.ensemble._hist_gradient_boosting.gradient_boosting import BaseHistGradientBoosting
from sklearn.ensemble._hist_gradient_boosting.predictor import TreePredictor
from sklearn.tree import BaseDecisionTree
from sklearn.tree._tree import Tree

from worker.contract.words import Piece, Words
from worker.models.errors import ModelRefused
from worker.models.estimators import objects, walk
from worker.tables.wording import named

Array = npt.NDArray[Any]

_LEAF: Final = -1
_HINT: Final = Words("Save the model again with skops and upload that file.")
_BITSET_WORDS: Final = 8
_CATEGORIES_MAX: Final = 256


def check_trees(model: object) -> None:
    """Raise ModelRefused if any tree in the model has a structure that no training produces."""
    _check_strays(model)
    for estimator in walk(model):
        _check_methods(estimator)
        if isinstance(estimator, BaseDecisionTree):
            _check_decision_tree(estimator)
        if isinstance(estimator, BaseEnsemble):
            _check_ensemble(estimator)
        if isinstance(estimator, BaseHistGradientBoosting):
            _check_histogram_boosting(estimator)


def _check_strays(model: object) -> None:
    """Refuse nodes that no estimator of trees owns: nothing would look at the rows before they are followed."""
    owned: set[int] = set()
    for estimator in walk(model):
        if isinstance(estimator, BaseDecisionTree):
            owned.add(id(getattr(estimator, "tree_", None)))
        if isinstance(estimator, BaseHistGradientBoosting):
            owned.update(id(tree) for trees in getattr(estimator, "_predictors", ()) for tree in trees)
    for value in objects(model):
        _require(
            not isinstance(value, Tree | TreePredictor) or id(value) in owned,
            Piece("it is where no tree belongs"),
            model,
        )


def _check_methods(estimator: BaseEstimator) -> None:
    """Refuse an attribute in the place of a method: a file could so take away the checks that the method makes."""
    replaced = [name for name in vars(estimator) if isroutine(getattr(type(estimator), name, None))]
    if replaced:
        words = Words(
            "The model's {estimator} has {name} in the place of a method.",
            {"estimator": type(estimator).__name__, "name": named(replaced[0])},
        )
        raise ModelRefused(words, _HINT)


def _require(condition: bool, what: Piece, of: object) -> None:  # noqa: FBT001  # reads as an assertion
    if not condition:
        words = Words(
            "A tree of the model's {estimator} is damaged or forged: {what}.",
            {"estimator": type(of).__name__, "what": what},
        )
        raise ModelRefused(words, _HINT)


def _check_decision_tree(estimator: BaseDecisionTree) -> None:
    tree = getattr(estimator, "tree_", None)
    if tree is None:
        return  # not fitted, such as the template that an ensemble keeps
    _require(isinstance(tree, Tree), Piece("its nodes are of another type"), estimator)
    _require(
        tree.n_features == estimator.n_features_in_, Piece("it was made for another number of features"), estimator
    )
    _require(tree.n_outputs == estimator.n_outputs_ == 1, Piece("it has other outputs than its estimator"), estimator)
    classes = getattr(estimator, "classes_", None)
    _require(
        classes is None or tree.max_n_classes == len(classes),
        Piece("it has other classes than its estimator"),
        estimator,
    )
    _check_nodes(tree, estimator)


def _check_nodes(tree: Tree, estimator: BaseEstimator) -> None:
    count = tree.node_count
    _require(0 < count <= tree.capacity, Piece("it counts more nodes than it has"), estimator)
    left, right = tree.children_left, tree.children_right
    inner = left != _LEAF
    _check_children(left, right, inner, estimator)
    features = tree.feature[inner]
    _require(
        bool(((features >= 0) & (features < tree.n_features)).all()), Piece("a node asks for no feature"), estimator
    )
    _require(bool(np.isfinite(tree.value).all()), Piece("a leaf holds no finite number"), estimator)


def _check_children(left: Array, right: Array, inner: Array, estimator: BaseEstimator) -> None:
    """Check that children come after their parent, inside the array, and each has one parent: then it is a tree."""
    count = len(left)
    positions = np.flatnonzero(inner)
    children = np.concatenate([left[inner], right[inner]]).astype(np.int64)
    _require(bool((children < count).all()), Piece("a node points beyond the last"), estimator)
    _require(
        bool((children > np.concatenate([positions, positions])).all()), Piece("its nodes form a circle"), estimator
    )
    _require(len(np.unique(children)) == len(children), Piece("a node has two parents"), estimator)


def _check_ensemble(estimator: BaseEnsemble) -> None:
    members = [member for member in _members(estimator) if isinstance(member, BaseDecisionTree)]
    subsets = getattr(estimator, "estimators_features_", None)
    for position, member in enumerate(members):
        if subsets is None:
            expected = estimator.n_features_in_
        else:
            features = np.asarray(subsets[position])
            expected = len(features)
            inside = bool(((features >= 0) & (features < estimator.n_features_in_)).all())
            _require(inside, Piece("it asks for a feature that there is not"), estimator)
        _require(member.n_features_in_ == expected, Piece("it was made for another number of features"), estimator)
        _check_member_classes(estimator, member)
    if isinstance(estimator, BaseGradientBoosting):
        _check_gradient_boosting(estimator)


def _members(estimator: BaseEnsemble) -> Iterator[Any]:
    yield from np.asarray(getattr(estimator, "estimators_", ()), dtype=object).ravel()


def _check_member_classes(estimator: BaseEnsemble, member: BaseDecisionTree) -> None:
    classes = getattr(estimator, "classes_", None)
    if classes is not None and hasattr(member, "classes_"):
        _require(len(member.classes_) <= len(classes), Piece("it has more classes than its ensemble"), estimator)


def _check_gradient_boosting(estimator: BaseGradientBoosting) -> None:
    """Check the width of the trees: the C code writes one column for each tree of a stage."""
    classes = getattr(estimator, "classes_", ())
    width = len(classes) if len(classes) > 2 else 1
    trees = estimator.estimators_
    shape = isinstance(trees, np.ndarray) and trees.ndim == 2 and trees.shape[1] == width
    _require(
        shape and estimator.n_trees_per_iteration_ == width, Piece("it has another width than its classes"), estimator
    )
    of_loss = estimator._loss.n_classes if estimator._loss.is_multiclass else 1  # noqa: SLF001  # no public name
    _require(of_loss == width, Piece("its loss has other classes"), estimator)
    _require(all(isinstance(tree, BaseDecisionTree) for tree in trees.ravel()), Piece("a stage is no tree"), estimator)


def _check_histogram_boosting(estimator: BaseHistGradientBoosting) -> None:
    iterations = getattr(estimator, "_predictors", None)
    if iterations is None:
        return  # not fitted
    _check_bins(estimator)
    width = estimator.n_trees_per_iteration_
    for trees in iterations:
        _require(len(trees) == width, Piece("an iteration has another number of trees"), estimator)
        for predictor in trees:
            _require(type(predictor) is TreePredictor, Piece("its nodes are of another type"), estimator)
            _check_predictor(predictor, estimator)


def _check_bins(estimator: BaseHistGradientBoosting) -> None:
    """Check the categories: the C code sets one bit of 256 for each, without looking."""
    mapper = estimator._bin_mapper  # noqa: SLF001  # no public name
    categorical = np.asarray(mapper.is_categorical_)
    count = estimator.n_features_in_
    _require(
        categorical.shape == (count,) and len(mapper.bin_thresholds_) == count,
        Piece("it bins other features"),
        estimator,
    )
    for feature in np.flatnonzero(categorical):
        known = np.asarray(mapper.bin_thresholds_[feature], dtype=np.float64)
        inside = bool(((known >= 0) & (known < _CATEGORIES_MAX)).all())
        _require(inside, Piece("it has a category beyond 255"), estimator)


def _check_predictor(predictor: TreePredictor, estimator: BaseHistGradientBoosting) -> None:
    nodes = predictor.nodes
    _require(
        isinstance(nodes, np.ndarray) and nodes.dtype == PREDICTOR_RECORD_DTYPE,
        Piece("its nodes are no nodes"),
        estimator,
    )
    _require(nodes.ndim == 1 and len(nodes) > 0, Piece("it has no nodes"), estimator)
    inner = nodes["is_leaf"] == 0
    _check_children(nodes["left"].astype(np.int64), nodes["right"].astype(np.int64), inner, estimator)
    features = nodes["feature_idx"][inner]
    count = estimator.n_features_in_
    _require(bool(((features >= 0) & (features < count)).all()), Piece("a node asks for no feature"), estimator)
    _require(bool(np.isfinite(nodes["value"]).all()), Piece("a leaf holds no finite number"), estimator)
    _check_bitsets(predictor, nodes[inner & (nodes["is_categorical"] != 0)], estimator)


def _check_bitsets(predictor: TreePredictor, nodes: Array, estimator: BaseHistGradientBoosting) -> None:
    bitsets = predictor.raw_left_cat_bitsets
    shape = isinstance(bitsets, np.ndarray) and bitsets.ndim == 2 and bitsets.shape[1] == _BITSET_WORDS
    _require(shape and bitsets.dtype == np.uint32, Piece("its sets of categories have another form"), estimator)
    _require(bool((nodes["bitset_idx"] < len(bitsets)).all()), Piece("a node asks for no set of categories"), estimator)
    categorical = np.asarray(estimator._bin_mapper.is_categorical_, dtype=bool)  # noqa: SLF001  # no public name
    _require(bool(categorical[nodes["feature_idx"]].all()), Piece("a node splits a number by categories"), estimator)
