"""Opens what was found, whatever its format: from here on a model is its signature, its answers, and what serves it."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl
import skops.io  # noqa: F401  # loaded before the clock runs that measures how long the model takes to load
from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline

from worker.contract.inspection import ARTIFACT, CONVERTED, Publication
from worker.contract.signature import Signature
from worker.contract.words import Piece
from worker.inspection import declared, engines, signature
from worker.inspection.converted import OwnAnswers, check_same, read_answers
from worker.inspection.engines import Choice
from worker.inspection.formats.finding import Found
from worker.inspection.formats.recognition import Content
from worker.inspection.graphs import open_graph
from worker.inspection.made_with import made_with
from worker.inspection.material import ANSWERS, Material
from worker.models.artifacts import open_artifact
from worker.models.sklearn_engine import SklearnEngine

NO_FILE: Final = ""
MLFLOW: Final = Piece("The MLflow signature")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A model that answers the reference data.

    `estimator` is None for a published graph; `sklearn_file` the name in the store of what scikit-learn loads, empty
    where that is nothing, and `sklearn_path` where it lies now, None where the store has it already as the artifact.
    """

    estimator: BaseEstimator | None
    signature: Signature
    values: pl.DataFrame
    choice: Choice
    steps: str
    made_with: dict[str, str]
    load_ms: float
    sklearn_file: str = ARTIFACT
    sklearn_path: Path | None = None


def open_model(material: Material, publication: Publication) -> Opened:
    """Return the model, asked the reference data. Raise `Refused` or `ModelRefused`."""
    if material.found.content is Content.ONNX:
        return _open_graph(material, publication)
    return _open_estimator(material, publication)


def _open_graph(material: Material, publication: Publication) -> Opened:
    started_s = time.perf_counter()
    opened = open_graph(material.found.path, material.data, publication)
    load_ms = (time.perf_counter() - started_s) * 1000
    _check_declaration(material.found, opened.signature, opened.values)
    declared.replay(opened.engine, material.found.example, opened.signature)
    return Opened(
        estimator=None,
        signature=opened.signature,
        values=opened.values,
        choice=opened.choice,
        steps=" ".join(("ONNX", *([f"({opened.checked.producer})"] if opened.checked.producer else []))),
        made_with=material.found.made_with | opened.checked.made_with,
        load_ms=load_ms,
        sklearn_file=NO_FILE,
    )


def _open_estimator(material: Material, publication: Publication) -> Opened:
    found = material.found
    path, own = found.path, None
    if material.converted is not None:
        path, own = material.converted / CONVERTED, read_answers(material.converted / ANSWERS)
    started_s = time.perf_counter()
    estimator = open_artifact(path)
    load_ms = (time.perf_counter() - started_s) * 1000
    names = signature.feature_names(estimator, material.data.columns, publication.target)
    said = signature.with_text(estimator, names, declared.with_words(publication, found.inputs, material.data))
    features, values = signature.features(material.data, names, said)
    derived = Signature(features=features, output=signature.output(estimator, publication))
    _check_declaration(found, derived, values)
    steps = _steps(estimator)
    choice = engines.choose(estimator, derived, values)
    declared.replay(SklearnEngine(estimator, derived), found.example, derived)
    if own is not None:
        check_same(choice.answers, own)
    return Opened(
        estimator=estimator,
        signature=derived,
        values=values,
        choice=choice,
        steps=steps,
        made_with=_made_with(found, path, own),
        load_ms=load_ms,
        sklearn_file=ARTIFACT if path == found.path and found.is_artifact else CONVERTED,
        sklearn_path=None if path == found.path and found.is_artifact else path,
    )


def _check_declaration(found: Found, derived: Signature, values: pl.DataFrame) -> None:
    declared.check_inputs(MLFLOW, found.inputs, derived, values)
    declared.check_width(found.width, derived)


def _made_with(found: Found, path: Path, own: OwnAnswers | None) -> dict[str, str]:
    """Return what the file says of itself, then what the archive says; of a pickle only what it was, not is now."""
    told = made_with(path)
    if own is not None:
        return {**{name: told[name] for name in ("scikit-learn",) if name in told}, **own.made_with, **found.made_with}
    return found.made_with | told


def _steps(estimator: BaseEstimator) -> str:
    """Return the estimator's name, or those of a pipeline's steps in order."""
    steps = [step for _, step in estimator.steps] if isinstance(estimator, Pipeline) else [estimator]
    return " → ".join(type(step).__name__ for step in steps if not isinstance(step, str))
