"""What happens in the disposable process: from an artifact and its reference data to a manifest, or to a refusal."""

import time
from pathlib import Path
from typing import Any, Final

import msgspec
import polars as pl
import skops.io  # noqa: F401  # loaded before the clock runs that measures how long the model takes to load
from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline

from worker.contract.inspection import ARTIFACT, REFERENCE, InspectionOutcome, InspectionRequest, Publication
from worker.contract.manifest import Manifest, Quality
from worker.contract.signature import Output, Signature
from worker.inspection import engines, reference, signature
from worker.inspection.apart import Job
from worker.inspection.disposable import OUTCOME
from worker.inspection.made_with import made_with
from worker.inspection.quality import measure
from worker.inspection.refusal import Refused
from worker.inspection.truth import truth
from worker.inspection.typical import typical_row
from worker.models.answers import Answers
from worker.models.artifacts import open_artifact
from worker.models.errors import ModelError
from worker.models.serving import GRAPH

FORMAT: Final = "skops"


def main(job_file: str) -> None:
    """Examine what the job names and leave the outcome, and the graph if there is one, in the working directory."""
    job = msgspec.json.decode(Path(job_file).read_bytes(), type=Job)
    outcome = outcome_of(job.request, Path(job.inbox), Path.cwd())
    Path(OUTCOME).write_bytes(msgspec.json.encode(outcome))


def outcome_of(request: InspectionRequest, inbox: Path, directory: Path) -> InspectionOutcome:
    """Return what was found. The converted graph, where it serves, is written into the directory."""
    try:
        manifest, graph = examine(inbox, request.publication)
    except Refused as refused:
        return _refusal(request, refused.message, refused.hint, refused.facts)
    except ModelError as refused:
        return _refusal(request, refused.message, refused.hint, {})
    if graph is not None:
        (directory / GRAPH).write_bytes(graph)
    return InspectionOutcome(
        inspection_id=request.inspection_id,
        version_id=request.version_id,
        manifest=manifest,
        files=() if graph is None else (GRAPH,),
    )


def examine(inbox: Path, publication: Publication) -> tuple[Manifest, bytes | None]:
    """Return the manifest and the graph that serves, if one does. Raise `Refused` or `ModelRefused`."""
    artifact = inbox / ARTIFACT
    data = reference.read_reference(inbox / REFERENCE)
    started_s = time.perf_counter()
    estimator = open_artifact(artifact)
    load_ms = (time.perf_counter() - started_s) * 1000
    names = signature.feature_names(estimator, data.columns, publication.target)
    features, values = signature.features(data, names, publication)
    derived = Signature(features=features, output=signature.output(estimator, publication))
    steps = _steps(estimator)
    choice = engines.choose(estimator, derived, values)
    quality, quality_rows = _quality(data, publication, choice.answers, derived.output)
    manifest = Manifest(
        format=FORMAT,
        engine=choice.engine,
        engine_reason=choice.reason,
        engine_words=choice.words,
        engine_detail=choice.detail,
        signature=derived,
        example=typical_row(values, features),
        target=publication.target,
        reference_rows=data.height,
        quality=quality,
        quality_rows=quality_rows,
        estimator=steps,
        artifact_size_bytes=artifact.stat().st_size,
        load_ms=round(load_ms, 1),
        made_with=made_with(artifact),
    )
    return manifest, choice.graph


def _quality(
    data: pl.DataFrame, publication: Publication, answers: Answers, output: Output
) -> tuple[tuple[Quality, ...], int]:
    """Return the figures on the rows whose outcome is known, and how many these are."""
    if publication.target is None:
        return (), 0
    outcomes = truth(data[publication.target], output)
    known = [row for row, outcome in enumerate(outcomes) if outcome is not None]
    if not known:
        return (), 0
    return measure(_rows(answers, known), [outcomes[row] for row in known], output), len(known)


def _steps(estimator: BaseEstimator) -> str:
    """Return the estimator's name, or those of a pipeline's steps in order."""
    steps = [step for _, step in estimator.steps] if isinstance(estimator, Pipeline) else [estimator]
    return " → ".join(type(step).__name__ for step in steps if not isinstance(step, str))


def _rows(answers: Answers, rows: list[int]) -> Answers:
    probabilities = None if answers.probabilities is None else answers.probabilities[rows]
    return Answers(answers.predictions[rows], probabilities, answers.labels, answers.label_names)


def _refusal(request: InspectionRequest, reason: str, hint: str, facts: dict[str, Any]) -> InspectionOutcome:
    return InspectionOutcome(
        inspection_id=request.inspection_id, version_id=request.version_id, reason=reason, hint=hint, facts=facts
    )
