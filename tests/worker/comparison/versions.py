"""Pairs of versions of one small model, and reference data that they are asked."""

from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.linear_model import LinearRegression, LogisticRegression

from tests.worker.models.stores import write_version
from tests.worker.models.trained import Trained, train
from worker.contract.comparison import ComparisonRequest
from worker.contract.manifest import Engine, Manifest
from worker.contract.signature import Signature
from worker.models.serving import ServedModel
from worker.models.sklearn_engine import SklearnEngine

OLD, NEW = "a" * 64, "b" * 64
REQUEST = ComparisonRequest(comparison_id="0" * 32, old=2, new=3, old_digest=OLD, new_digest=NEW)


def classes(rows: int = 200, noise: float = 1.0, names: tuple[str, ...] = ("length", "depth")) -> pd.DataFrame:
    """Return rows of two kinds that overlap, with their kind."""
    generator = np.random.default_rng(7)
    kind = generator.integers(2, size=rows)
    columns = {
        name: np.round(kind * 2 + generator.normal(0, 1 + noise * place, rows), 3) for place, name in enumerate(names)
    }
    return pd.DataFrame(columns).assign(kind=np.where(kind == 1, "long", "short"))


def classifier(data: pd.DataFrame, *features: str) -> Trained:
    """Return a classifier of these features."""
    return train(LogisticRegression(), data[list(features)], data["kind"])


def regressor(data: pd.DataFrame, *features: str, target: str) -> Trained:
    """Return a regression of these features."""
    return train(LinearRegression(), data[list(features)], data[target])


def served(made: Trained, target: str | None = None, signature: Signature | None = None) -> ServedModel:
    """Return a version that scikit-learn serves."""
    known = signature or made.signature
    manifest = Manifest(
        format="skops", engine=Engine.SKLEARN, engine_reason="", signature=known, example={}, target=target
    )
    return ServedModel(manifest, SklearnEngine(made.model, known), size_bytes=1)


def put(models_dir: Path, digest: str, made: Trained, data: pd.DataFrame, engine: Engine = Engine.ONNX) -> None:
    """Put a version with its reference data into a store."""
    write_version(models_dir / digest, made, engine)
    data.to_csv(models_dir / digest / "reference", index=False)
