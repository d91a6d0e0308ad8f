"""Builds what lies in an inbox when an inspection begins."""

import json
import shutil
from pathlib import Path
from typing import Any

import msgspec
import pandas as pd
import skops.io

from worker.contract.inspection import InspectionRequest, Publication
from worker.inspection.confinement import Limits

LIMITS = Limits(memory_bytes=2_000_000_000, timeout_s=60, cpu_s=60)


def request(publication: Publication | None = None, inspection_id: str = "one") -> InspectionRequest:
    """Return a request for an inspection."""
    return InspectionRequest(inspection_id=inspection_id, version_id=7, publication=publication or Publication())


def inbox(directory: Path, model: Any, reference: "pd.DataFrame | str") -> Path:
    """Return an inbox that holds this model and this reference data."""
    directory.mkdir(parents=True, exist_ok=True)
    skops.io.dump(model, directory / "artifact")
    text = reference if isinstance(reference, str) else reference.to_csv(index=False)
    (directory / "reference").write_text(text, encoding="utf-8")
    return directory


def inbox_of(bundle: Path, directory: Path) -> tuple[Path, Publication]:
    """Return an inbox that holds what an example's script wrote, and its publication."""
    directory.mkdir(parents=True, exist_ok=True)
    shutil.copy(bundle / "model.skops", directory / "artifact")
    shutil.copy(bundle / "reference.csv", directory / "reference")
    card = json.loads((bundle / "publication.json").read_text(encoding="utf-8"))
    return directory, msgspec.convert(card["publication"], Publication)
