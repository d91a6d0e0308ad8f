"""What the page of an admission report shows."""

from typing import Any

from webapp.catalogue.features import IMPORTANT_SHOWN, importance_rows, importance_sentence, profiled
from webapp.catalogue.measured import conversion_of, latency_of, memory_of
from webapp.catalogue.report import said
from webapp.catalogue.verdict import verdict
from webapp.predictions.about import about
from webapp.predictions.quality import calibration_of, confusion_rows, quality_rows, residuals_of
from webapp.registry.models import ModelVersion
from webapp.registry.profiles import profile_of
from worker.contract.manifest import Manifest
from worker.contract.report import Report


def report_context(version: ModelVersion) -> dict[str, Any]:
    """Return everything that the page needs of a version that was accepted."""
    manifest = version.manifest
    report = manifest.report or Report()
    return {
        "verdict": verdict(version, manifest, report),
        "about": about(manifest),
        "said": said(report),
        **_quality(manifest, report),
        "latency": latency_of(report.measurements),
        "memory": memory_of(report.measurements),
        "is_deterministic": report.measurements.deterministic,
        "conversion": conversion_of(report.conversion),
        **_features(version, manifest, report),
    }


def _quality(manifest: Manifest, report: Report) -> dict[str, Any]:
    confusion = confusion_rows(report.confusion)
    return {
        "quality": quality_rows(manifest.quality),
        "calibration": calibration_of(report.calibration),
        "positive_label": report.positive_label,
        "residuals": residuals_of(manifest, report),
        "confusion": confusion,
        "labels": [row.label for row in confusion],
    }


def _features(version: ModelVersion, manifest: Manifest, report: Report) -> dict[str, Any]:
    importance = importance_rows(report.importance, manifest.signature.output)
    profile = profile_of(version)
    return {
        "importance": importance[:IMPORTANT_SHOWN],
        "more_importance": importance[IMPORTANT_SHOWN:],
        "importance_sentence": importance_sentence(manifest.signature.output),
        "profile": profiled(profile, manifest.signature) if profile else None,
    }
