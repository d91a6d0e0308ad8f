"""A model that any inspection takes and that kills its process on one value, which no reference data holds.

It divides the smallest whole number by -1, which has no answer: the processor stops the program (x86).
"""

from typing import Any, Final

import numpy as np
from onnx import TensorProto, helper, load_model_from_string, numpy_helper

from tests.worker.inspection.uploads import onnx_bytes

LETHAL: Final = 17.0
"""As `sepal_length`: no flower has it."""

OPSET: Final = 13


def lethal_bytes() -> bytes:
    """Return the graph of the flowers' model, which answers all other rows as that does."""
    model = load_model_from_string(onnx_bytes(options={"zipmap": False}, target_opset={"": OPSET, "ai.onnx.ml": 1}))
    graph = model.graph
    nodes = list(graph.node)
    for node in nodes:
        node.input[:] = ["defused" if name == "X" else name for name in node.input]
    del graph.node[:]
    graph.node.extend([*_deadly_nodes(), *nodes])
    graph.initializer.extend(_numbers())
    data: bytes = model.SerializeToString()
    return data


def _deadly_nodes() -> list[Any]:
    """Return X as `defused`: added to it is 0 times smallest / -(1 + |first column - LETHAL|), in whole numbers."""
    return [
        helper.make_node("Gather", ["X", "lethal_column"], ["lethal_values"], axis=1),
        helper.make_node("Mul", ["lethal_values", "lethal_scale"], ["lethal_scaled"]),
        helper.make_node("Cast", ["lethal_scaled"], ["lethal_whole"], to=TensorProto.INT64),
        helper.make_node("Sub", ["lethal_whole", "lethal_value"], ["lethal_distance"]),
        helper.make_node("Abs", ["lethal_distance"], ["lethal_far"]),
        helper.make_node("Sub", ["lethal_minus_one", "lethal_far"], ["lethal_divisor"]),
        helper.make_node("Div", ["lethal_smallest", "lethal_divisor"], ["lethal_quotient"]),
        helper.make_node("Cast", ["lethal_quotient"], ["lethal_float"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["lethal_float", "lethal_zero"], ["lethal_nothing"]),
        helper.make_node("Add", ["X", "lethal_nothing"], ["defused"]),
    ]


def _numbers() -> list[Any]:
    scale = 1_000_000
    known: dict[str, Any] = {
        "lethal_column": np.array([0], np.int64),
        "lethal_scale": np.array(scale, np.float32),
        "lethal_value": np.array(LETHAL * scale, np.int64),
        "lethal_minus_one": np.array(-1, np.int64),
        "lethal_smallest": np.array(np.iinfo(np.int64).min, np.int64),
        "lethal_zero": np.array(0, np.float32),
    }
    return [numpy_helper.from_array(value, name) for name, value in known.items()]
