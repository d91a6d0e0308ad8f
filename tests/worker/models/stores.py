"""Model stores on disk, as the control plane leaves them."""

import json
from pathlib import Path
from typing import Any

import msgspec
import skops.io

from tests.worker.models.trained import Trained
from worker.contract.manifest import Engine, Manifest
from worker.models.onnx import convert


def write_version(directory: Path, made: Trained, engine: Engine) -> None:
    """Write a version that is served by this engine."""
    directory.mkdir(parents=True)
    skops.io.dump(made.model, directory / "artifact")
    if engine is Engine.ONNX:
        graph = convert(made.model, made.signature).graph
        assert graph is not None
        (directory / "model.onnx").write_bytes(graph)
    manifest = Manifest(format="skops", engine=engine, engine_reason="", signature=made.signature, example={})
    (directory / "manifest.json").write_bytes(msgspec.json.encode(manifest))


def body_of(made: Trained, start: int, stop: int) -> bytes:
    """Return the request for some of the rows a model was trained on."""
    rows: list[dict[str, Any]] = [dict(zip(made.signature.names, row, strict=True)) for row in made.rows[start:stop]]
    return json.dumps({"rows": rows}).encode()
