"""What happens in the disposable process: from an artifact and its reference data to a manifest, or to a refusal."""

import shutil
from pathlib import Path
from typing import Final

import msgspec

from worker.contract.inspection import ARTIFACT, GRAPH, PROFILE, InspectionOutcome, InspectionRequest, Publication
from worker.contract.manifest import Manifest
from worker.inspection.apart import SAMPLE
from worker.inspection.asking import Predicts
from worker.inspection.findings import Answered, Findings, findings, sample
from worker.inspection.material import Material, material_of
from worker.inspection.opening import Opened, open_model
from worker.inspection.refusal import Refused, rejection
from worker.inspection.typical import typical_row
from worker.models.errors import ModelError
from worker.models.foreign_graph import ForeignGraph
from worker.models.onnx_engine import OnnxEngine
from worker.models.sklearn_engine import SklearnEngine

SAMPLE_ROWS_MAX: Final = 1_000
SAMPLE_CELLS_MAX: Final = 500_000


def outcome_of(
    request: InspectionRequest, inbox: Path, directory: Path, material: Material | None = None
) -> InspectionOutcome:
    """Return what was found. What it needs to be served, beside the artifact, is written into the directory."""
    try:
        material = material or material_of(inbox, directory)
        opened, manifest, found = examine_material(material, inbox, request.publication)
    except Refused as refused:
        return rejection(request, refused.words, refused.advice, refused.facts)
    except ModelError as refused:
        return rejection(request, refused.words, refused.advice)
    return InspectionOutcome(
        inspection_id=request.inspection_id,
        version_id=request.version_id,
        manifest=manifest,
        files=(*_leave_files(opened, directory), *_leave_findings(opened, found, directory)),
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


def _leave_findings(opened: Opened, found: Findings, directory: Path) -> tuple[str, ...]:
    """Write the profile, and the rows that the version will be measured with, and return the names."""
    (directory / PROFILE).write_bytes(msgspec.json.encode(found.profile))
    (directory / SAMPLE).write_bytes(sample(opened.values, SAMPLE_ROWS_MAX, SAMPLE_CELLS_MAX))
    return PROFILE, SAMPLE


def examine(inbox: Path, publication: Publication) -> tuple[Manifest, bytes | None]:
    """Return the manifest and the graph that serves, if one does. Raise `Refused` or `ModelRefused`."""
    opened, manifest, _ = examine_material(material_of(inbox, inbox), inbox, publication)
    return manifest, opened.choice.graph


def examine_material(material: Material, inbox: Path, publication: Publication) -> tuple[Opened, Manifest, Findings]:
    """Return the opened model, its manifest and what was found. Raise `Refused` or `ModelRefused`."""
    opened = open_model(material, publication)
    choice, data = opened.choice, material.data
    found = findings(_answered(opened), data, publication)
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
        quality=found.quality,
        quality_rows=found.quality_rows,
        estimator=opened.steps,
        artifact_size_bytes=(inbox / ARTIFACT).stat().st_size,
        load_ms=round(opened.load_ms, 1),
        made_with=opened.made_with,
        sklearn_file=opened.sklearn_file,
        mlflow_run=publication.mlflow_run or material.found.mlflow_run,
        report=found.report,
    )
    return opened, manifest, found


def _answered(opened: Opened) -> Answered:
    """Return the model with the engine that will serve."""
    engine: Predicts
    if opened.choice.graph is None:
        engine = SklearnEngine(opened.estimator, opened.signature)
    elif opened.estimator is None:
        engine = ForeignGraph(opened.choice.graph, opened.signature)
    else:
        engine = OnnxEngine(opened.choice.graph, opened.signature)
    return Answered(
        estimator=opened.estimator,
        engine=engine,
        signature=opened.signature,
        values=opened.values,
        answers=opened.choice.answers,
    )
