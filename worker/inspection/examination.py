"""What happens in the disposable process: from an artifact and its reference data to a manifest, or to a refusal."""

import shutil
from pathlib import Path
from typing import Any

import polars as pl

from worker.contract.inspection import ARTIFACT, GRAPH, InspectionOutcome, InspectionRequest, Publication
from worker.contract.manifest import Manifest, Quality
from worker.contract.signature import Output
from worker.inspection.material import Material, material_of
from worker.inspection.opening import Opened, open_model
from worker.inspection.quality import measure
from worker.inspection.refusal import Refused
from worker.inspection.truth import truth
from worker.inspection.typical import typical_row
from worker.models.answers import Answers
from worker.models.errors import ModelError


def outcome_of(
    request: InspectionRequest, inbox: Path, directory: Path, material: Material | None = None
) -> InspectionOutcome:
    """Return what was found. What it needs to be served, beside the artifact, is written into the directory."""
    try:
        material = material or material_of(inbox, directory)
        opened, manifest = examine_material(material, inbox, request.publication)
    except Refused as refused:
        return _refusal(request, refused.message, refused.hint, refused.facts)
    except ModelError as refused:
        return _refusal(request, refused.message, refused.hint, {})
    return InspectionOutcome(
        inspection_id=request.inspection_id,
        version_id=request.version_id,
        manifest=manifest,
        files=_leave_files(opened, directory),
    )


def _leave_files(opened: Opened, directory: Path) -> tuple[str, ...]:
    """Write what was converted or unpacked into the directory, and return the names."""
    files = []
    if opened.choice.graph is not None:
        (directory / GRAPH).write_bytes(opened.choice.graph)
        files.append(GRAPH)
    if opened.sklearn_path is not None:
        shutil.copyfile(opened.sklearn_path, directory / opened.sklearn_file)
        files.append(opened.sklearn_file)
    return tuple(files)


def examine(inbox: Path, publication: Publication) -> tuple[Manifest, bytes | None]:
    """Return the manifest and the graph that serves, if one does. Raise `Refused` or `ModelRefused`."""
    opened, manifest = examine_material(material_of(inbox, inbox), inbox, publication)
    return manifest, opened.choice.graph


def examine_material(material: Material, inbox: Path, publication: Publication) -> tuple[Opened, Manifest]:
    """Return the opened model and its manifest. Raise `Refused` or `ModelRefused`."""
    opened = open_model(material, publication)
    choice, data = opened.choice, material.data
    quality, quality_rows = _quality(data, publication, choice.answers, opened.signature.output)
    manifest = Manifest(
        format=material.found.format,
        engine=choice.engine,
        engine_reason=choice.reason,
        engine_words=choice.words,
        engine_detail=choice.detail,
        signature=opened.signature,
        example=typical_row(opened.values, opened.signature.features),
        target=publication.target,
        reference_rows=data.height,
        quality=quality,
        quality_rows=quality_rows,
        estimator=opened.steps,
        artifact_size_bytes=(inbox / ARTIFACT).stat().st_size,
        load_ms=round(opened.load_ms, 1),
        made_with=opened.made_with,
        sklearn_file=opened.sklearn_file,
    )
    return opened, manifest


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


def _rows(answers: Answers, rows: list[int]) -> Answers:
    probabilities = None if answers.probabilities is None else answers.probabilities[rows]
    return Answers(answers.predictions[rows], probabilities, answers.labels, answers.label_names)


def _refusal(request: InspectionRequest, reason: str, hint: str, facts: dict[str, Any]) -> InspectionOutcome:
    return InspectionOutcome(
        inspection_id=request.inspection_id, version_id=request.version_id, reason=reason, hint=hint, facts=facts
    )
