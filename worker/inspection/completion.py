"""Puts what fresh processes measured into the report of an accepted version."""

from typing import Final, Protocol

import msgspec

from worker.contract.inspection import InspectionOutcome
from worker.contract.manifest import Engine, Manifest
from worker.contract.report import Conversion, Measurements, Report

DIFFERENCES: Final = ("difference", "relative")
"""The facts in which the choice of the engine tells by how much the graph's answers differ."""


class Measure(Protocol):
    """Measures, apart, the version that a manifest describes."""

    def __call__(self, manifest: Manifest, *, briefly: bool = False) -> InspectionOutcome:
        """Return an outcome whose manifest has measurements, or a refusal."""


def complete(manifest: Manifest, measure: Measure, graph_bytes: int) -> InspectionOutcome:
    """Return the manifest with its measurements, and with what a graph gains, or why it cannot be served.

    Of what the measuring processes say, which run a stranger's model, only figures and refusals are taken.
    """
    outcome = measure(manifest)
    serving = _measurements(outcome)
    if serving is None:
        return msgspec.structs.replace(outcome, manifest=None)
    conversion = None
    if manifest.engine is Engine.ONNX and manifest.sklearn_file:
        sklearn = _measurements(measure(msgspec.structs.replace(manifest, engine=Engine.SKLEARN), briefly=True))
        conversion = None if sklearn is None else _conversion(manifest, serving, sklearn, graph_bytes)
    report = msgspec.structs.replace(manifest.report or Report(), measurements=serving, conversion=conversion)
    return msgspec.structs.replace(outcome, manifest=msgspec.structs.replace(manifest, report=report))


def _measurements(outcome: InspectionOutcome) -> Measurements | None:
    report = outcome.manifest.report if outcome.manifest is not None else None
    return report.measurements if report is not None and report.measurements.latency else None


def _conversion(manifest: Manifest, onnx: Measurements, sklearn: Measurements, graph_bytes: int) -> Conversion:
    facts = manifest.engine_words[0].facts if manifest.engine_words else {}
    told = (facts.get(name) for name in DIFFERENCES)
    difference = next((float(fact) for fact in told if isinstance(fact, int | float)), 0.0)
    return Conversion(
        difference=difference,
        speed_up=float(f"{sklearn.latency[0].p50_ms / max(onnx.latency[0].p50_ms, 1e-6):.3g}"),
        graph_bytes=graph_bytes,
        resident_bytes=onnx.resident_bytes,
        sklearn_resident_bytes=sklearn.resident_bytes,
        libraries_bytes=onnx.libraries_bytes,
        sklearn_libraries_bytes=sklearn.libraries_bytes,
    )
