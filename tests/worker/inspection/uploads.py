"""Writes models the way people and their tools save them: one function for each format, all of the same flowers."""

import io
import json
import pickle
import tarfile
import zipfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import cloudpickle
import joblib
import numpy as np
import pandas as pd
import skops.io
from skl2onnx import to_onnx
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

MODEL_LINES = """\
artifact_path: model
flavors:
  python_function:
    env:
      conda: conda.yaml
      virtualenv: python_env.yaml
    loader_module: mlflow.sklearn
    model_path: {file}
    predict_fn: predict
    python_version: 3.11.2
  {flavor}
mlflow_version: 3.17.2
model_size_bytes: 1024
model_uuid: 5f9c2d
prompts: null
saved_input_example_info:
  artifact_path: input_example.json
  pandas_orient: split
  type: dataframe
{signature}utc_time_created: '2026-11-23 10:00:00.000000'
"""
SKLEARN = """sklearn:
    code: null
    pickled_model: {file}
    serialization_format: {kind}
    skops_trusted_types:
    - numpy.dtype
    sklearn_version: 1.7.2"""
ONNX = """onnx:
    code: null
    data: {file}
    onnx_version: 1.23.2"""
BENTO_LINES = """\
name: flowers
version: keha42coesfcvchj
module: {module}
labels: {{}}
options: {{}}
metadata: {{}}
context:
  framework_name: sklearn
  framework_versions:
    scikit-learn: 1.7.2
  bentoml_version: 1.4.30
  python_version: 3.11.2
signatures:
  predict:
    batchable: false
api_version: v1
creation_time: '2026-11-23T10:00:00.000000+00:00'
"""


@cache
def flowers() -> pd.DataFrame:
    frame: pd.DataFrame = load_iris(as_frame=True).frame
    return frame.rename(columns=lambda name: name.replace(" (cm)", "").replace(" ", "_"))


@cache
def flower_model() -> LogisticRegression:
    rows = flowers()
    return LogisticRegression(max_iter=500).fit(rows.drop(columns="target"), rows["target"])


def skops_bytes(model: Any = None, compression: int = zipfile.ZIP_STORED) -> bytes:
    return bytes(skops.io.dumps(model or flower_model(), compression=compression))


def onnx_bytes(model: Any = None, **options: Any) -> bytes:
    rows = flowers().drop(columns="target").to_numpy(np.float32)
    graph: bytes = to_onnx(model or flower_model(), rows[:1], **options).SerializeToString()
    return graph


def joblib_bytes(model: Any = None, **options: Any) -> bytes:
    buffer = io.BytesIO()
    if options:
        options["compress"] = tuple(options["compress"])
    joblib.dump(model or flower_model(), buffer, **options)
    return buffer.getvalue()


def zip_bytes(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def tar_bytes(files: Mapping[str, bytes], mode: str = "w:gz", top: str = "") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:  # type: ignore[call-overload]  # a mode in a variable
        for name, content in files.items():
            member = tarfile.TarInfo(top + name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def signature_lines(inputs: list[dict[str, Any]]) -> str:
    """Return the lines as a YAML library folds them: the JSON text in single quotes, broken at spaces."""
    words = json.dumps(inputs).replace("'", "''").split(" ")
    folded = " ".join(words[: len(words) // 2]) + "\n    " + " ".join(words[len(words) // 2 :])
    return f"signature:\n  inputs: '{folded}'\n  outputs: null\n  params: null\n"


def columns(**changes: str) -> list[dict[str, Any]]:
    names = flowers().columns.drop("target")
    return [{"type": changes.get(name, "double"), "name": name, "required": True} for name in names]


def mlflow_files(
    name: str, model: bytes, inputs: list[dict[str, Any]] | None = None, flavor: str = ""
) -> dict[str, bytes]:
    """Return what MLflow writes for a model into its directory."""
    kind = "pickle" if name.endswith(".pkl") else "skops"
    flavor = flavor or (ONNX if name.endswith(".onnx") else SKLEARN).format(file=name, kind=kind)
    lines = MODEL_LINES.format(file=name, flavor=flavor, signature=signature_lines(inputs) if inputs else "")
    example = flowers().drop(columns="target").head(3)
    return {
        "MLmodel": lines.encode(),
        name: model,
        "requirements.txt": b"mlflow==3.17.2\nnumpy==2.3.1\nscikit-learn==1.7.2\nscipy==1.16.0\n",
        "serving_input_example.json": json.dumps({"dataframe_split": example.to_dict(orient="split")}).encode(),
    }


def bento_files(module: str = "bentoml.sklearn") -> dict[str, bytes]:
    return {"model.yaml": BENTO_LINES.format(module=module).encode(), "saved_model.pkl": joblib_bytes()}


def write(directory: Path, artifact: bytes, reference: bytes | None = None) -> Path:
    """Return an inbox with this artifact and reference data."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "artifact").write_bytes(artifact)
    rows = flowers().to_csv(index=False).encode() if reference is None else reference
    (directory / "reference").write_bytes(rows)
    return directory


PLAIN = {
    "skops": skops_bytes,
    "onnx": onnx_bytes,
    "pickle": lambda: pickle.dumps(flower_model()),
    "cloudpickle": lambda: cloudpickle.dumps(flower_model()),
    "joblib": joblib_bytes,
}
