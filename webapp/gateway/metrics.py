"""Prometheus metrics of the online path, right under several processes.

Each process writes its own files in the directory of `PROMETHEUS_MULTIPROC_DIR`; whoever is asked adds them up. Labels
are bounded: endpoints that exist, and HTTP statuses.
"""

from functools import lru_cache
from typing import Final

from django.conf import settings
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
UNKNOWN: Final = "unknown"
"""The label of requests for endpoints that do not exist: strangers must not make labels."""

_REQUESTS = Counter("bastide_requests", "Inference requests answered.", ["endpoint", "status"])
_ROWS = Counter("bastide_rows", "Rows predicted.", ["endpoint"])
_SECONDS = Histogram(
    "bastide_request_seconds",
    "Time from the request's headers to its answer.",
    ["endpoint"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
)


@lru_cache(maxsize=4096)
def _requests(endpoint: str, status: int) -> Counter:
    return _REQUESTS.labels(endpoint, str(status))


@lru_cache(maxsize=1024)
def _rows_and_seconds(endpoint: str) -> tuple[Counter, Histogram]:
    return _ROWS.labels(endpoint), _SECONDS.labels(endpoint)


def observe(endpoint: str, status: int, rows: int, seconds: float) -> None:
    """Count one answered request."""
    rows_counter, histogram = _rows_and_seconds(endpoint)
    _requests(endpoint, status).inc()
    if rows:
        rows_counter.inc(rows)
    histogram.observe(seconds)


def render() -> bytes:
    """Return the text exposition of all processes together."""
    if settings.ENVIRONMENT.metrics_dir is None:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # prometheus-client leaves it untyped
    return generate_latest(registry)
