"""The manifest of a model version: what inspection found, kept beside the artifact as `manifest.json`."""

from enum import StrEnum
from typing import Any

import msgspec

from worker.contract.report import Report
from worker.contract.signature import Signature
from worker.contract.words import Words


class Engine(StrEnum):
    """What computes the predictions."""

    ONNX = "onnx"
    SKLEARN = "sklearn"


class Quality(msgspec.Struct, frozen=True, kw_only=True):
    """One figure of quality on the reference data: `accuracy`, `r2`, `mae`, …, with its 95 % interval where known.

    `label` is the class that it is about, empty where it is about all.
    """

    name: str
    value: float
    unit: str = ""
    low: float | None = None
    high: float | None = None
    label: str = ""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What the data plane needs to serve a version, and what people want to know of it.

    `example` is one row of the reference data, as the native dialect takes it. `quality` is measured on the
    `quality_rows` rows of the reference data that have a target; empty when no target was given. `engine_reason` is in
    English, `engine_words` the same for other languages, `engine_detail` what the converter said of it, if it did.
    `format` is what the artifact was found to be; `sklearn_file` the file beside the manifest that scikit-learn loads,
    empty where there is none (a published ONNX graph). `mlflow_run`: the run that it came from, an id or an address.
    """

    format: str
    engine: Engine
    engine_reason: str
    signature: Signature
    example: dict[str, Any]
    target: str | None = None
    reference_rows: int = 0
    quality: tuple[Quality, ...] = ()
    quality_rows: int = 0
    estimator: str = ""
    artifact_size_bytes: int = 0
    load_ms: float = 0.0
    made_with: dict[str, str] = {}
    engine_words: tuple[Words, ...] = ()
    engine_detail: str = ""
    sklearn_file: str = "artifact"
    report: Report | None = None
    mlflow_run: str = ""
    schema: int = 1

    @property
    def mlflow_address(self) -> str:
        """The run as an address that a browser may be sent to; empty where it is an id or something else."""
        return self.mlflow_run if self.mlflow_run.lower().startswith(("http://", "https://")) else ""
