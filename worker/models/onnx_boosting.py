"""Converts histogram boosting, which skl2onnx cannot at these versions: trees of plain numbers, then the link."""

from typing import Any, Final

import numpy as np
from onnx import TensorProto
from skl2onnx.common.data_types import FloatTensorType
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

_ML: Final = "ai.onnx.ml"
_LINKS: Final = {"IdentityLink": "Identity", "LogLink": "Exp"}


class _Graph:
    """Adds nodes to the graph that skl2onnx builds, naming what lies between them."""

    def __init__(self, scope: Any, container: Any) -> None:  # noqa: ANN401  # skl2onnx is untyped
        self._scope = scope
        self._container = container

    def add(self, kind: str, inputs: list[str], output: str = "", **attributes: Any) -> str:  # see above
        output = output or self._scope.get_unique_variable_name(kind.lower())
        name = self._scope.get_unique_operator_name(kind)
        self._container.add_node(kind, inputs, output, name=name, **attributes)
        return output

    def constant(self, kind: int, values: list[Any]) -> str:
        name: str = self._scope.get_unique_variable_name("constant")
        self._container.add_initializer(name, kind, [len(values)], values)
        return name


def _convert_regressor(scope: Any, operator: Any, container: Any) -> None:  # noqa: ANN401  # skl2onnx is untyped
    model = operator.raw_operator
    graph = _Graph(scope, container)
    link = _LINKS[type(model._loss.link).__name__]  # noqa: SLF001  # no public name
    graph.add(link, [_raw(graph, operator)], operator.outputs[0].full_name)


def _convert_classifier(scope: Any, operator: Any, container: Any) -> None:  # noqa: ANN401  # skl2onnx is untyped
    model = operator.raw_operator
    graph = _Graph(scope, container)
    raw = _raw(graph, operator)
    labels, probabilities = (output.full_name for output in operator.outputs)
    if len(model.classes_) == 2:
        negated = graph.add("Neg", [raw])
        both = [graph.add("Sigmoid", [negated]), graph.add("Sigmoid", [raw])]
        graph.add("Concat", both, probabilities, axis=1, op_version=13)
    else:
        graph.add("Softmax", [raw], probabilities, axis=1, op_version=13)
    position = graph.add("ArgMax", [probabilities], axis=1, keepdims=0, op_version=13)
    classes = model.classes_
    if classes.dtype.kind in "iub":
        known = graph.constant(TensorProto.INT64, [int(label) for label in classes])
    else:
        known = graph.constant(TensorProto.STRING, [str(label).encode() for label in classes])
    graph.add("Gather", [known, position], labels, axis=0, op_version=13)


def _raw(graph: _Graph, operator: Any) -> str:  # noqa: ANN401  # skl2onnx is untyped
    model = operator.raw_operator
    rows = operator.inputs[0].full_name
    if not isinstance(operator.inputs[0].type, FloatTensorType):
        rows = graph.add("Cast", [rows], to=TensorProto.FLOAT, op_version=13)
    attributes = _trees(model)
    base = np.asarray(model._baseline_prediction, dtype=np.float64).ravel()  # noqa: SLF001  # no public name
    return graph.add(
        "TreeEnsembleRegressor",
        [rows],
        op_domain=_ML,
        op_version=3,
        n_targets=int(model.n_trees_per_iteration_),
        base_values=[float(value) for value in base],
        post_transform="NONE",
        **attributes,
    )


def _trees(model: Any) -> dict[str, Any]:  # noqa: ANN401  # an estimator of either kind
    """Return the nodes of all trees as ONNX lists them: parallel lists of Python's own numbers."""
    lists: dict[str, Any] = {}
    number = 0
    for iteration in model._predictors:  # noqa: SLF001  # no public name
        for target, predictor in enumerate(iteration):
            for name, values in _tree(predictor.nodes, number, target).items():
                lists.setdefault(name, []).extend(values)
            number += 1
    return lists


def _tree(nodes: Any, number: int, target: int) -> dict[str, list[Any]]:  # noqa: ANN401  # an array of nodes
    inner = nodes["is_leaf"] == 0
    if (nodes["is_categorical"][inner] != 0).any():
        message = "its trees split by sets of categories, which are not converted"
        raise NotImplementedError(message)
    leaves = np.flatnonzero(~inner).tolist()
    return {
        "nodes_treeids": [number] * len(nodes),
        "nodes_nodeids": list(range(len(nodes))),
        "nodes_modes": ["BRANCH_LEQ" if is_inner else "LEAF" for is_inner in inner],
        "nodes_featureids": np.where(inner, nodes["feature_idx"], 0).tolist(),
        "nodes_values": np.where(inner, nodes["num_threshold"], 0.0).tolist(),
        "nodes_truenodeids": np.where(inner, nodes["left"], 0).tolist(),
        "nodes_falsenodeids": np.where(inner, nodes["right"], 0).tolist(),
        "nodes_missing_value_tracks_true": np.where(inner, nodes["missing_go_to_left"], 0).astype(int).tolist(),
        "target_treeids": [number] * len(leaves),
        "target_nodeids": leaves,
        "target_ids": [target] * len(leaves),
        "target_weights": nodes["value"][~inner].tolist(),
    }


CONVERTERS: Final = {
    HistGradientBoostingRegressor: _convert_regressor,
    HistGradientBoostingClassifier: _convert_classifier,
}
