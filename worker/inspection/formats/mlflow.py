"""An MLflow model directory: which file is the model, its signature, its input example, what it was made with."""

import json
import re
from pathlib import Path
from typing import Any, Final

from worker.contract.words import Words
from worker.inspection.formats.packages import (
    DeclaredInput,
    Example,
    Package,
    inside,
    mapping,
    pinned,
    read_yaml,
    versions,
)
from worker.inspection.refusal import Refused
from worker.tables.wording import quoted

MARK: Final = "MLmodel"
RUN: Final = re.compile(r"[0-9a-f]{32}")
EXAMPLE_ROWS_MAX: Final = 1_000
SERVED: Final = Words(
    "This box serves the flavours sklearn and onnx. Log the model again with mlflow.sklearn or mlflow.onnx and pack "
    "the directory that it makes."
)
AGAIN: Final = Words("Log the model again with mlflow.sklearn or mlflow.onnx and pack the directory that it makes.")


def read_package(directory: Path) -> Package:
    """Return what the directory says. Raise `Refused` for another flavour than those that are served."""
    said = read_yaml(directory / MARK)
    flavors = mapping(said.get("flavors"))
    if "sklearn" in flavors:
        name = mapping(flavors["sklearn"]).get("pickled_model")
    elif "onnx" in flavors:
        name = mapping(flavors["onnx"]).get("data")
    else:
        others = sorted(str(flavor) for flavor in flavors if flavor != "python_function")
        flavour = quoted(", ".join(others) or "python_function")
        raise Refused(Words("The MLflow model is of the flavour {flavour}.", {"flavour": flavour}), SERVED)
    inputs, width = _inputs(said.get("signature"))
    noted = {
        "scikit-learn": mapping(flavors.get("sklearn")).get("sklearn_version"),
        "mlflow": said.get("mlflow_version"),
    }
    return Package(
        name="mlflow",
        model=inside(directory, name),
        made_with=pinned(directory / "requirements.txt") | versions(noted),
        inputs=inputs,
        width=width,
        example=_example(directory / "serving_input_example.json"),
        run=_run(said.get("run_id")),
    )


def _run(said: object) -> str:
    """Return the run that logged the model; nothing where that is no id."""
    return said if isinstance(said, str) and RUN.fullmatch(said) else ""


def _inputs(signature: object) -> tuple[tuple[DeclaredInput, ...], int | None]:
    """Return the declared columns, or how many columns the declared tensor has."""
    text = mapping(signature).get("inputs")
    if text is None:
        return (), None
    try:
        specs = json.loads(text)
        if len(specs) == 1 and specs[0]["type"] == "tensor" and "name" not in specs[0]:
            shape = specs[0]["tensor-spec"]["shape"]
            return (), int(shape[1]) if len(shape) == 2 and int(shape[1]) > 0 else None
        return tuple(_declared(spec, position) for position, spec in enumerate(specs, start=1)), None
    except (ValueError, TypeError, KeyError, IndexError, RecursionError) as error:
        raise Refused(Words("The signature in the file MLmodel cannot be read."), AGAIN) from error


def _declared(spec: dict[str, Any], position: int) -> DeclaredInput:
    name = str(spec.get("name", position))
    kind = spec["type"]
    if kind not in {"boolean", "integer", "long", "float", "double", "string"}:
        words = Words(
            "The MLflow signature gives input {feature} the type {type}.",
            {"feature": quoted(name), "type": quoted(kind)},
        )
        raise Refused(words, Words("Train on columns of numbers, words, or true and false."), feature=name)
    return DeclaredInput(name=name, type=kind, required=bool(spec.get("required", True)))


def _example(path: Path) -> Example | None:
    """Return the rows of a request that MLflow kept beside the model, None where they are not by column."""
    if not path.is_file():
        return None
    try:
        split = mapping(mapping(json.loads(path.read_bytes())).get("dataframe_split"))
        rows = tuple(tuple(row) for row in split["data"][:EXAMPLE_ROWS_MAX])
        columns = tuple(str(column) for column in split["columns"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return Example(columns=columns, rows=rows) if all(len(row) == len(columns) for row in rows) and rows else None
