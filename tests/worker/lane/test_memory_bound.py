"""A request that makes a model ask for more memory than there is fails alone."""

import subprocess
import sys

PROGRAM = """
import numpy as np
from onnx import TensorProto, helper
from worker.lane.memory_bound import bound_memory
from worker.models.onnx_engine import open_session

number, answer = (helper.make_tensor_value_info(name, TensorProto.INT64, [1]) for name in ("number", "answer"))
nodes = [helper.make_node("ConstantOfShape", ["number"], ["blown"]), helper.make_node("Shape", ["blown"], ["answer"])]
graph = helper.make_graph(nodes, "graph", [number], [answer])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
session = open_session(model.SerializeToString())
bound_memory(1_500_000_000)
for size in (2_000_000_000, 10):
    try:
        print(session.run(None, {"number": np.array([size])})[0].tolist())
    except Exception as error:
        print(type(error).__name__)
"""


def test_a_number_that_blows_a_graph_up_is_an_error_and_the_next_is_answered():
    done = subprocess.run([sys.executable, "-c", PROGRAM], check=True, capture_output=True, text=True, timeout=120)
    assert done.stdout.splitlines() == ["RuntimeException", "[10]"]
