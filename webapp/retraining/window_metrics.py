"""The figures of a window as metrics: names that MLflow takes, and numbers that are numbers."""

import math
import re
from collections.abc import Iterator
from typing import Final

from webapp.retraining.tracking_server import Metric
from worker.contract.monitoring import State
from worker.contract.monitoring_run import WindowReport

REFUSED: Final = re.compile(r"[^\w\-. /]")
KEY_LENGTH_MAX: Final = 250
STATES: Final = (State.NOT_ENOUGH_DATA, State.STEADY, State.WATCHED, State.CHANGED)


def metrics_of(report: WindowReport, step: int, revision: int = 0) -> list[Metric]:
    """Return all figures of a window, each under a name of its own.

    Of two values at one step MLflow takes the later one for the last: each `revision` is told a millisecond later.
    """
    taken: dict[str, float] = {}
    for name, value in _figures(report):
        if value is not None and math.isfinite(value):
            taken[_unused(REFUSED.sub("_", name)[:KEY_LENGTH_MAX], taken)] = float(value)
    at_ms = report.ends_ms + revision
    return [Metric(key=key, value=value, timestamp=at_ms, step=step) for key, value in sorted(taken.items())]


def _figures(report: WindowReport) -> Iterator[tuple[str, float | None]]:
    yield "rows", report.rows
    yield "state", STATES.index(report.verdict.state)
    for drift in (*report.features, *report.predictions):
        kind = "drift" if drift in report.features else "prediction_drift"
        yield f"{kind}/psi/{drift.name}", drift.psi
        yield f"{kind}/floor/{drift.name}", drift.floor
        yield f"{kind}/q/{drift.name}", drift.q
    if report.domain is not None:
        yield "drift/all_columns_area", report.domain.area
    for check in report.checks:
        yield f"quality/{check.kind.value}/{check.feature}".rstrip("/"), check.share
    for estimate in report.estimated:
        yield f"estimated/{estimate.name}", estimate.value
        yield f"estimated/{estimate.name}_low", estimate.low
        yield f"estimated/{estimate.name}_high", estimate.high
    for figure in report.realised:
        yield f"realised/{figure.name}", figure.value
        yield f"realised/{figure.name}_low", figure.low
        yield f"realised/{figure.name}_high", figure.high
    if report.coverage is not None:
        yield "outcomes_known", report.coverage.share
    if report.operations is not None:
        yield "latency/p95_ms", report.operations.p95_ms
        yield "latency/wait_p95_ms", report.operations.wait_p95_ms
    if report.refused is not None:
        yield "refused", report.refused_share


def _unused(name: str, taken: dict[str, float]) -> str:
    while name in taken:
        name = f"{name[: KEY_LENGTH_MAX - 1]}_"
    return name
