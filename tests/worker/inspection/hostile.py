"""Uploads that are broken or mean harm: what they hold, and the sentence that must answer each."""

import io
import json
import pickle
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import skops.io
from onnx import TensorProto, helper
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.tree import DecisionTreeClassifier

from tests.worker.inspection.uploads import flowers, mlflow_files, onnx_bytes, skops_bytes, zip_bytes

MARK = "/tmp/bastide-was-here"


class Runs:
    """Pickled, it calls a function when it is opened."""

    def __init__(self, function: Callable[..., Any], *arguments: Any) -> None:
        self._call = (function, arguments)

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return self._call


def runs(function: Callable[..., Any], *arguments: Any) -> Callable[[], bytes]:
    return lambda: pickle.dumps(Runs(function, *arguments))


def runs_text(program: str) -> Callable[[], bytes]:
    return runs(exec, program)


def linked(kind: bytes, target: str) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        member = tarfile.TarInfo("model.skops")
        member.type, member.linkname = kind, target
        archive.addfile(member)
    return buffer.getvalue()


def zip_link() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        info = zipfile.ZipInfo("model.skops")
        info.create_system, info.external_attr = 3, 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    return buffer.getvalue()


def zip_twice() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("model.skops", b"1")
        archive.writestr("model.skops", b"2")
    return buffer.getvalue()


def encrypted() -> bytes:
    content = bytearray(zip_bytes({"a": b"1"}))
    for start in (content.index(b"PK\x03\x04") + 6, content.index(b"PK\x01\x02") + 8):
        content[start] |= 1
    return bytes(content)


def bomb(name: str = "schema.json") -> bytes:
    return zip_bytes({name: bytes(60_000_000)})


def forged_tree() -> bytes:
    rows = flowers()
    model = DecisionTreeClassifier(max_depth=3).fit(rows.drop(columns="target"), rows["target"])
    model.tree_.children_left[0] = 10**6
    return bytes(skops.io.dumps(model))


def forged_schema(**changes: Any) -> bytes:
    with zipfile.ZipFile(io.BytesIO(skops_bytes())) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    files["schema.json"] = json.dumps(json.loads(files["schema.json"]) | changes).encode()
    return zip_bytes(files)


def with_class() -> bytes:
    model = LogisticRegression().fit([[0.0], [1.0]], [0, 1])
    model.extra = Path("/")
    return bytes(skops.io.dumps(model))


def graph(change: Callable[[Any], None]) -> Callable[[], bytes]:
    """Return an upload of the flowers' graph after a change."""

    def made() -> bytes:
        model = onnx.load_model_from_string(onnx_bytes(options={"zipmap": False}))
        change(model)
        data: bytes = model.SerializeToString()
        return data

    return made


def external(model: Any) -> None:
    tensor = model.graph.initializer.add(name="outside", data_type=TensorProto.FLOAT, dims=[4])
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="../../../etc/passwd")


def outside() -> Any:
    tensor = TensorProto(name="outside", data_type=TensorProto.FLOAT, dims=[4])
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="artifact")
    return tensor


def branch(of: Any) -> Any:
    """Return a branch without operators that answers with this tensor."""
    answer = helper.make_tensor_value_info("outside", TensorProto.FLOAT, [4])
    return helper.make_graph([], "branch", [], [answer], [of])


def branching(model: Any) -> None:
    zeros = helper.make_tensor("outside", TensorProto.FLOAT, [4], [0.0] * 4)
    model.graph.initializer.append(helper.make_tensor("yes", TensorProto.BOOL, [], [True]))
    node = helper.make_node("If", ["yes"], ["chosen"], then_branch=branch(outside()), else_branch=branch(zeros))
    model.graph.node.append(node)


def sparse(model: Any) -> None:
    node = model.graph.node.add(op_type="Constant", output=["sparse"])
    attribute = node.attribute.add(name="sparse_value", type=onnx.AttributeProto.SPARSE_TENSOR)
    attribute.sparse_tensor.values.CopyFrom(outside())
    attribute.sparse_tensor.dims.append(10)


def sparse_claim(model: Any) -> None:
    sparse_tensor = model.graph.sparse_initializer.add()
    sparse_tensor.values.CopyFrom(helper.make_tensor("claim", TensorProto.FLOAT, [1], [1.0]))
    sparse_tensor.dims.append(1 << 40)


def training(model: Any) -> None:
    model.training_info.add().algorithm.node.append(helper.make_node("Loop", ["", ""], ["z"]))


def functions(model: Any) -> None:
    calls_itself = helper.make_node("Mine", ["x"], ["y"])
    model.functions.append(helper.make_function("", "Mine", ["x"], ["y"], [calls_itself], model.opset_import))


def nested(model: Any) -> None:
    zeros = helper.make_tensor("outside", TensorProto.FLOAT, [4], [0.0] * 4)
    inner = branch(zeros)
    for _ in range(9):
        node = helper.make_node("If", ["yes"], ["outside"], then_branch=inner, else_branch=branch(zeros))
        inner = helper.make_graph([node], "branch", [], inner.output)
    model.graph.node.append(helper.make_node("If", ["yes"], ["z"], then_branch=inner, else_branch=branch(zeros)))


def huge(model: Any) -> None:
    model.graph.initializer.add(name="huge", data_type=TensorProto.FLOAT, dims=[1 << 20, 1 << 20])


def empty_claim(model: Any) -> None:
    model.graph.initializer.add(name="claim", data_type=TensorProto.FLOAT, dims=[1000, 1000])


def custom(model: Any) -> None:
    model.graph.node.append(helper.make_node("Shell", ["X"], ["Y"], domain="com.evil"))


def looping(model: Any) -> None:
    body = helper.make_graph([helper.make_node("Identity", ["c"], ["d"])], "body", [], [])
    model.graph.node.append(helper.make_node("Loop", ["", ""], ["z"], body=body))


def growing(model: Any) -> None:
    model.graph.initializer.append(helper.make_tensor("shape", TensorProto.INT64, [2], [1 << 20, 1 << 20]))
    model.graph.node.append(helper.make_node("ConstantOfShape", ["shape"], ["big"]))


def one_row(model: Any) -> None:
    model.graph.input[0].type.tensor_type.shape.dim[0].dim_value = 1


def image(model: Any) -> None:
    model.graph.input[0].type.tensor_type.shape.dim.add(dim_value=3)


def forest_graph() -> Any:
    rows = flowers()
    forest = RandomForestClassifier(2, max_depth=2).fit(rows.drop(columns="target"), rows["target"])
    return onnx.load_model_from_string(onnx_bytes(forest, options={"zipmap": False}))


def tree_circle() -> bytes:
    model = forest_graph()
    node = next(node for node in model.graph.node if node.op_type == "TreeEnsembleClassifier")
    ints = next(attribute for attribute in node.attribute if attribute.name == "nodes_truenodeids").ints
    ints[0] = 0
    data: bytes = model.SerializeToString()
    return data


def several_outputs() -> bytes:
    rows = flowers().drop(columns="target")
    model = LinearRegression().fit(rows, np.column_stack([np.arange(len(rows)), np.ones(len(rows))]))
    return bytes(skops.io.dumps(model))


def foreign_flavor() -> bytes:
    return zip_bytes(mlflow_files("model.skops", skops_bytes(), flavor="xgboost:\n    data: model.xgb"))


def reference(**changes: Any) -> bytes:
    return flowers().assign(**changes).to_csv(index=False).encode()


def dummy_of_text() -> bytes:
    return bytes(skops.io.dumps(DummyClassifier().fit([[0.0] * 4], ["a"])))
