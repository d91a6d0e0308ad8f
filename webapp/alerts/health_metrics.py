"""The health of endpoints for Prometheus. Each scrape reads what the last looks found; nothing is computed for it.

Labels are bounded: endpoints that exist, rules, states, and the figures that reports know.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final

from django.db.models import Count
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from webapp.alerts.deliveries import SHOWN_FOR, Delivery, Progress
from webapp.alerts.models import Alert
from webapp.alerts.sightings import Rule
from webapp.endpoints.models import Deployment, Endpoint
from webapp.monitoring.models import KeptJournal, MonitoredWindow, MonitoringRun
from webapp.monitoring.worsening import WINDOWS_MAX, reference_of, worsening
from worker.contract.monitoring import State
from worker.contract.monitoring_run import WindowReport

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
ENDPOINTS_MAX: Final = 500
WORSE: Final = "worse"
"""The state of an endpoint whose data are as they were, or not enough, and whose answers are measurably worse."""

UNKNOWN: Final = "not_looked_at"
"""The state of an endpoint of which no window is closed yet."""

GAUGES: Final = {
    "bastide_endpoint_health": ("1 for the state of the endpoint by its last closed windows.", ("endpoint", "state")),
    "bastide_endpoint_alert_open": ("1 while an alert of this rule is open.", ("endpoint", "rule")),
    "bastide_endpoint_alert_unanswered": ("1 while an open alert has no answer.", ("endpoint", "rule")),
    "bastide_endpoint_window_rows": ("Rows in the last closed window.", ("endpoint",)),
    "bastide_endpoint_window_requests": ("Requests in the last closed window.", ("endpoint",)),
    "bastide_endpoint_window_end_timestamp_seconds": ("When the last closed window ended.", ("endpoint",)),
    "bastide_endpoint_window_latency_seconds": ("Latency in the last closed window.", ("endpoint", "percentile")),
    "bastide_endpoint_window_queue_seconds": (
        "How long rows of the last closed window waited until a worker began with them.",
        ("endpoint", "percentile"),
    ),
    "bastide_endpoint_window_refused_rows": ("Rows that were refused in the last closed window.", ("endpoint",)),
    "bastide_endpoint_figure": (
        "A figure of quality: estimated, realised, or of the reference; bound is value, low or high.",
        ("endpoint", "source", "figure", "bound"),
    ),
    "bastide_endpoint_outcomes_known_ratio": ("Share of rows whose outcome is known.", ("endpoint",)),
    "bastide_endpoint_look_timestamp_seconds": ("When the last look that came to something ended.", ("endpoint",)),
    "bastide_endpoint_journal_bytes": ("What the journal of the endpoint takes.", ("endpoint",)),
    "bastide_alert_digests": ("Deliveries of digests in the last seven days, by what became of them.", ("progress",)),
}
"""Every metric that there is, its help and its labels."""

Sample = tuple[str, tuple[str, ...], float]


class HealthCollector(Collector):
    """Reads the health of some endpoints; digests are of the whole box, and for those who see all of it."""

    def __init__(self, endpoints: Iterable[Endpoint], now: datetime, *, with_digests: bool) -> None:
        self._endpoints = list(endpoints)[:ENDPOINTS_MAX]
        self._now = now
        self._with_digests = with_digests

    def collect(self) -> Iterator[Metric]:
        """Return every metric with its samples."""
        found = {name: GaugeMetricFamily(name, text, labels=labels) for name, (text, labels) in GAUGES.items()}
        for name, labels, value in self._samples():
            found[name].add_metric(labels, value)
        yield from found.values()

    def _samples(self) -> Iterator[Sample]:
        champions = Deployment.objects.live_champions().filter(endpoint__in=self._endpoints)
        for champion in champions.select_related("endpoint", "version"):
            yield from _health(champion)
        yield from _alerts(self._endpoints)
        for journal in KeptJournal.objects.filter(endpoint__in=self._endpoints).select_related("endpoint"):
            yield "bastide_endpoint_journal_bytes", (journal.endpoint.name,), journal.size_bytes
        if self._with_digests:
            yield from _digests(self._now)


def render(endpoints: Iterable[Endpoint], now: datetime, *, with_digests: bool) -> bytes:
    """Return the text exposition of the health of some endpoints."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(HealthCollector(endpoints, now, with_digests=with_digests))
    return generate_latest(registry)


def _health(champion: Deployment) -> Iterator[Sample]:
    name = champion.endpoint.name
    windows = MonitoredWindow.objects.of_champion(champion).closed().with_reports()[:WINDOWS_MAX]
    reports = [window.report for window in windows]
    state = _state(champion, reports)
    for each in (*(known.value for known in State), WORSE, UNKNOWN):
        yield "bastide_endpoint_health", (name, each), float(each == state)
    looked_at = _looked_at(champion)
    if looked_at is not None:
        yield "bastide_endpoint_look_timestamp_seconds", (name,), looked_at.timestamp()
    if reports:
        yield from _window(name, reports[0])
        yield from _figures(name, reports)
    for figure in champion.version.manifest.quality:
        if not figure.label:
            yield from _bounds(name, "reference", figure.name, (figure.value, figure.low, figure.high))


def _looked_at(champion: Deployment) -> datetime | None:
    """Return when the endpoint was last looked at; None where it never is, and nobody should wait for it."""
    if not champion.endpoint.keeps_journal:
        return None
    looks = MonitoringRun.objects.of(champion.endpoint, champion.version)
    look = looks.filter(ended_at__isnull=False, reason_json__isnull=True).first()
    return look.ended_at if look else None


def _state(champion: Deployment, newest_first: Sequence[WindowReport]) -> str:
    if not newest_first:
        return UNKNOWN
    state = newest_first[0].verdict.state
    found = worsening(newest_first[::-1], reference_of(champion.version))
    return WORSE if found is not None and found.is_repeated and state is not State.CHANGED else state.value


def _window(name: str, report: WindowReport) -> Iterator[Sample]:
    yield "bastide_endpoint_window_rows", (name,), report.rows
    yield "bastide_endpoint_window_end_timestamp_seconds", (name,), report.ends_ms / 1000
    yield "bastide_endpoint_window_refused_rows", (name,), report.refused.rows if report.refused else 0
    operations = report.operations
    if operations is None:
        return
    yield "bastide_endpoint_window_requests", (name,), operations.requests
    for percentile, ms in (("50", operations.p50_ms), ("95", operations.p95_ms), ("99", operations.p99_ms)):
        if ms is not None:
            yield "bastide_endpoint_window_latency_seconds", (name, percentile), ms / 1000
    for percentile, ms in (("50", operations.wait_p50_ms), ("95", operations.wait_p95_ms)):
        if ms is not None:
            yield "bastide_endpoint_window_queue_seconds", (name, percentile), ms / 1000


def _figures(name: str, newest_first: Sequence[WindowReport]) -> Iterator[Sample]:
    """Yield the estimate of the last window, and what was measured in the last one of which outcomes are known."""
    for estimate in newest_first[0].estimated:
        yield from _bounds(name, "estimated", estimate.name, (estimate.value, estimate.low, estimate.high))
    measured = next((report for report in newest_first if report.realised), None)
    if measured is None:
        return
    for figure in measured.realised:
        if not figure.label:
            yield from _bounds(name, "realised", figure.name, (figure.value, figure.low, figure.high))
    if measured.coverage is not None:
        yield "bastide_endpoint_outcomes_known_ratio", (name,), measured.coverage.share


def _bounds(name: str, source: str, figure: str, values: tuple[float, float | None, float | None]) -> Iterator[Sample]:
    for bound, value in zip(("value", "low", "high"), values, strict=True):
        if value is not None:
            yield "bastide_endpoint_figure", (name, source, figure, bound), value


def _alerts(endpoints: Sequence[Endpoint]) -> Iterator[Sample]:
    """Yield each rule of each endpoint, so that an alert that ends is a zero and no gap."""
    known = Alert.objects.open().filter(endpoint__in=endpoints)
    answered = {(alert.endpoint_id, alert.rule): alert.acknowledged_at is not None for alert in known}
    for endpoint in endpoints:
        for rule in Rule:
            found = answered.get((endpoint.pk, rule.value))
            yield "bastide_endpoint_alert_open", (endpoint.name, rule.value), float(found is not None)
            yield "bastide_endpoint_alert_unanswered", (endpoint.name, rule.value), float(found is False)


def _digests(now: datetime) -> Iterator[Sample]:
    lately = Delivery.objects.filter(digest__made_at__gt=now - SHOWN_FOR)
    counted = dict(lately.order_by().values_list("progress").annotate(Count("pk")))
    for progress in Progress:
        yield "bastide_alert_digests", (progress.value,), counted.get(progress.value, 0)
