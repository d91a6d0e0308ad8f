"""Forged trees are refused before they predict; scikit-learn would follow their indices out of memory."""

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import (
    BaggingRegressor,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.tree import DecisionTreeRegressor
from sklearn.tree._tree import Tree

from tests.worker.models import trained
from tests.worker.models.conftest import Save
from worker.models.artifacts import open_artifact
from worker.models.errors import ModelRefused
from worker.models.tree_check import check_trees

RNG = np.random.default_rng(0)
X = RNG.normal(size=(90, 4))
Y = (X[:, 0] > 0).astype(int) + (X[:, 1] > 0)


def forged_tree(tree: Tree, change: Callable[[Any], None]) -> Tree:
    state = tree.__getstate__()
    state["nodes"] = state["nodes"].copy()
    change(state["nodes"])
    forged = Tree(tree.n_features, tree.n_classes, tree.n_outputs)
    forged.__setstate__(state)
    return forged


def put(field: str, index: int, value: float) -> Callable[[Any], None]:
    def change(nodes: Any) -> None:
        nodes[field][index] = value

    return change


FORGED = {
    "left beyond": put("left_child", 0, 10**6),
    "right beyond": put("right_child", 0, 2**40),
    "right negative": put("right_child", 0, -7),
    "circle": put("left_child", 0, 0),
    "two parents": put("right_child", 0, 1),
    "feature beyond": put("feature", 0, 4),
    "feature negative": put("feature", 0, -1000),
    "half a leaf": put("left_child", 0, -5),
}


@pytest.mark.parametrize("change", FORGED.values(), ids=FORGED)
def test_a_forged_node_is_refused(change: Callable[[Any], None], save: Save):
    forest = RandomForestClassifier(3, random_state=0).fit(X, Y)
    forest.estimators_[1].tree_ = forged_tree(forest.estimators_[1].tree_, change)
    with pytest.raises(ModelRefused, match="damaged or forged"):
        open_artifact(save(forest))


def test_a_leaf_that_is_no_number_is_refused():
    model = DecisionTreeRegressor(max_depth=3).fit(X, Y)
    state = model.tree_.__getstate__()
    state["values"] = np.full_like(state["values"], np.nan)
    model.tree_.__setstate__(state)
    with pytest.raises(ModelRefused, match="no finite number"):
        check_trees(model)


def test_a_tree_that_counts_more_nodes_than_it_has_is_refused():
    model = DecisionTreeRegressor(max_depth=3).fit(X, Y)
    model.tree_.node_count = model.tree_.capacity + 1000
    with pytest.raises(ModelRefused, match="more nodes"):
        check_trees(model)


def test_a_member_for_other_features_is_refused():
    forest = RandomForestClassifier(3).fit(X, Y)
    forest.estimators_[0] = RandomForestClassifier(1).fit(np.hstack([X, X]), Y).estimators_[0]
    with pytest.raises(ModelRefused, match="another number of features"):
        check_trees(forest)


def test_a_subset_of_features_that_there_are_not_is_refused():
    bag = BaggingRegressor(n_estimators=2, max_features=2).fit(X, Y)
    bag.estimators_features_[1] = np.array([0, 9])
    with pytest.raises(ModelRefused, match="feature that there is not"):
        check_trees(bag)


def test_gradient_boosting_of_another_width_is_refused():
    """The C code would write three columns into an array of one."""
    model = GradientBoostingClassifier(n_estimators=2).fit(X, Y)
    model.classes_ = np.array([0, 1])
    with pytest.raises(ModelRefused, match="width"):
        check_trees(model)


def test_trees_where_no_tree_belongs_are_refused():
    bag = BaggingRegressor(n_estimators=2).fit(X, Y)
    bag.estimators_[0] = bag.estimators_[0].tree_
    with pytest.raises(ModelRefused, match="no tree belongs"):
        check_trees(bag)


def test_trees_hidden_in_other_objects_are_found(save: Save):
    model = trained.calibrated_forest(X, Y)
    member = model.calibrated_classifiers_[0].estimator.estimators_[0]
    member.tree_ = forged_tree(member.tree_, FORGED["left beyond"])
    with pytest.raises(ModelRefused, match="damaged or forged"):
        open_artifact(save(model))


def test_an_attribute_in_the_place_of_a_method_is_refused(save: Save):
    forest = RandomForestClassifier(2).fit(X, Y)
    forest._validate_X_predict = np.positive
    with pytest.raises(ModelRefused, match="in the place of a method"):
        open_artifact(save(forest))


def change_nodes(model: Any, change: Callable[[Any], None]) -> None:
    predictor = model._predictors[0][0]
    predictor.nodes = predictor.nodes.copy()
    change(predictor.nodes)


BOOSTED = HistGradientBoostingClassifier(max_iter=2, categorical_features=[3]).fit(
    np.column_stack([X[:, :3], RNG.integers(0, 5, size=len(X))]), Y
)


@pytest.mark.parametrize(
    "change",
    [
        put("left", 0, 2**31),
        put("right", 0, 4000),
        put("left", 0, 0),
        put("feature_idx", 0, 4),
        put("feature_idx", 0, -1),
        put("value", -1, np.nan),
    ],
)
def test_a_forged_node_of_histogram_boosting_is_refused(change: Callable[[Any], None], save: Save):
    model = copy.deepcopy(BOOSTED)
    change_nodes(model, change)
    with pytest.raises(ModelRefused, match="damaged or forged"):
        open_artifact(save(model))


def test_a_number_that_is_split_by_categories_is_refused():
    model = copy.deepcopy(trained.diamonds_by_category().model)
    number = np.flatnonzero(model._bin_mapper.is_categorical_ == 0)[0]
    for [predictor] in model._predictors:
        predictor.nodes["feature_idx"][predictor.nodes["is_categorical"] == 1] = number
    with pytest.raises(ModelRefused, match="splits a number by categories"):
        check_trees(model)


def test_histogram_boosting_without_its_sets_of_categories_is_refused():
    model = copy.deepcopy(trained.diamonds_by_category().model)
    for [predictor] in model._predictors:
        predictor.raw_left_cat_bitsets = predictor.raw_left_cat_bitsets[:0]
    with pytest.raises(ModelRefused, match="set of categories"):
        check_trees(model)


def test_histogram_boosting_with_a_category_beyond_a_byte_is_refused():
    model = copy.deepcopy(BOOSTED)
    [position] = np.flatnonzero(model._bin_mapper.is_categorical_)
    model._bin_mapper.bin_thresholds_[position] = np.array([0.0, 5000.0])
    with pytest.raises(ModelRefused, match="category beyond 255"):
        check_trees(model)


@pytest.mark.parametrize("nodes", [np.zeros(0), np.zeros((2, 2)), [1, 2], None])
def test_nodes_of_another_type_are_refused(nodes: object):
    model = copy.deepcopy(BOOSTED)
    model._predictors[0][0].nodes = nodes
    with pytest.raises(ModelRefused):
        check_trees(model)
