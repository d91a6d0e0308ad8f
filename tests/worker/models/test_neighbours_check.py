"""Forged nearest-neighbour models are refused before they predict."""

from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import BaggingRegressor
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

from worker.models.errors import ModelRefused
from worker.models.neighbours_check import check_neighbours

RNG = np.random.default_rng(0)
X = RNG.normal(size=(200, 4))
Y = (X[:, 0] > 0).astype(int)
ORDER, NODES, BOUNDS, COUNT = 1, 2, 3, 6


def forged(algorithm: str, part: int, value: Any) -> KNeighborsClassifier:
    model = KNeighborsClassifier(algorithm=algorithm).fit(X, Y)
    state = list(model._tree.__getstate__())
    state[part] = value(state[part]) if callable(value) else value
    model._tree.__setstate__(tuple(state))
    return model


def with_field(name: str, index: int, value: float) -> Any:
    def change(nodes: Any) -> Any:
        nodes = nodes.copy()
        nodes[name][index] = value
        return nodes

    return change


@pytest.mark.parametrize("algorithm", ["kd_tree", "ball_tree"])
@pytest.mark.parametrize(
    ("part", "value"),
    [
        (ORDER, np.full(200, 10**6)),
        (ORDER, np.full(200, -1)),
        (ORDER, np.arange(10)),
        (NODES, with_field("idx_end", -1, 10**9)),
        (NODES, with_field("idx_start", 0, -5)),
        (NODES, with_field("is_leaf", -1, 0)),
        (NODES, lambda nodes: nodes[:3].copy()),
        (BOUNDS, lambda bounds: bounds[:, :3].copy()),
        (COUNT, 4000),
    ],
)
def test_a_forged_search_tree_is_refused(algorithm: str, part: int, value: Any):
    with pytest.raises(ModelRefused, match="damaged or forged"):
        check_neighbours(forged(algorithm, part, value))


@pytest.mark.parametrize("labels", [np.zeros(3, dtype=int), np.full(200, 7), np.full(200, -1), np.zeros(200)])
@pytest.mark.parametrize("algorithm", ["brute", "kd_tree"])
def test_labels_that_are_not_those_of_the_rows_are_refused(labels: Any, algorithm: str):
    model = KNeighborsClassifier(algorithm=algorithm).fit(X, Y)
    model._y = labels
    with pytest.raises(ModelRefused, match="labels"):
        check_neighbours(model)


def test_a_search_tree_of_other_rows_is_refused():
    model = KNeighborsClassifier(algorithm="kd_tree").fit(X, Y)
    model._tree = KNeighborsClassifier(algorithm="kd_tree").fit(X[:, :2], Y)._tree
    with pytest.raises(ModelRefused, match="other rows"):
        check_neighbours(model)


def test_a_distance_with_too_few_weights_is_refused():
    model = KNeighborsRegressor(algorithm="ball_tree", p=3).fit(X, Y)
    metric = model._tree.__getstate__()[11]
    metric.__setstate__((3.0, np.ones(1), np.ones((1, 1))))
    with pytest.raises(ModelRefused, match="weights"):
        check_neighbours(model)


def test_a_search_tree_where_none_belongs_is_refused():
    bag = BaggingRegressor(n_estimators=2).fit(X, Y)
    bag.extra_ = KNeighborsRegressor(algorithm="kd_tree").fit(X, Y)._tree
    with pytest.raises(ModelRefused, match="where none belongs"):
        check_neighbours(bag)
