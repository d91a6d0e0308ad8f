"""Prometheus metrics of the online path, right under several processes.

Each process writes its own files in the directory of `PROMETHEUS_MULTIPROC_DIR`; whoever is asked adds them up. Labels
are bounded: endpoints that exist, and HTTP statuses. Requests are counted in plain memory and written out a few times
a second: prometheus-client alone would cost a tenth of a request.
"""

from bisect import bisect_left
from collections import Counter as Counts
from collections.abc import Sequence
from typing import Final

from django.conf import settings
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from webapp.gateway.answers import Answer

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
UNKNOWN: Final = "unknown"
"""The label of requests for endpoints that do not exist: strangers must not make labels."""

BUCKETS_S: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_REQUESTS = Counter("bastide_requests", "Inference requests answered.", ["endpoint", "status"])
_ROWS = Counter("bastide_rows", "Rows predicted.", ["endpoint"])
_SECONDS = Histogram(
    "bastide_request_seconds", "Time from the request's headers to its answer.", ["endpoint"], buckets=BUCKETS_S
)
_WAITS = Histogram(
    "bastide_queue_seconds",
    "Time that answered requests waited until a worker began with them.",
    ["endpoint"],
    buckets=BUCKETS_S,
)


class _Tally:
    """What was observed of one endpoint since it was last written out."""

    __slots__ = ("buckets", "rows", "seconds", "statuses", "waited_s", "waits")

    def __init__(self) -> None:
        self.statuses: Counts[int] = Counts()
        self.buckets = [0] * (len(BUCKETS_S) + 1)
        self.rows = 0
        self.seconds = 0.0
        self.waits = [0] * (len(BUCKETS_S) + 1)
        self.waited_s = 0.0


_tallies: dict[str, _Tally] = {}


def observe(endpoint: str, answer: Answer, seconds: float) -> None:
    """Count one answered request; `write_out` makes it visible. For the event loop's thread only."""
    tally = _tallies.get(endpoint)
    if tally is None:
        tally = _tallies[endpoint] = _Tally()
    tally.statuses[answer.status] += 1
    tally.buckets[bisect_left(BUCKETS_S, seconds)] += 1
    tally.rows += answer.rows
    tally.seconds += seconds
    if answer.rows:
        tally.waits[bisect_left(BUCKETS_S, answer.waited_s)] += 1
        tally.waited_s += answer.waited_s


def write_out() -> None:
    """Give what was observed to prometheus-client. For the event loop's thread only."""
    for endpoint, tally in _tallies.items():
        for status, count in tally.statuses.items():
            _REQUESTS.labels(endpoint, str(status)).inc(count)
        _ROWS.labels(endpoint).inc(tally.rows)
        _write_out(_SECONDS.labels(endpoint), tally.seconds, tally.buckets)
        _write_out(_WAITS.labels(endpoint), tally.waited_s, tally.waits)
    _tallies.clear()


def _write_out(histogram: Histogram, seconds: float, counts: Sequence[int]) -> None:
    histogram._sum.inc(seconds)  # noqa: SLF001  # `observe` takes one value at a time
    for bucket, count in zip(histogram._buckets, counts, strict=True):  # noqa: SLF001  # as above
        bucket.inc(count)


def render() -> bytes:
    """Return the text exposition of all processes together."""
    if settings.ENVIRONMENT.metrics_dir is None:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # prometheus-client leaves it untyped
    return generate_latest(registry)
