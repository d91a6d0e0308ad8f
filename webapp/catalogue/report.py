"""The admission report in words: what a version needs, and what its publisher should know."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from webapp.predictions.about import Figure
from webapp.predictions.numbers import number_words, size_words, with_unit
from webapp.registry.remark_words import TEMPLATES
from webapp.sentences import say
from worker.contract.report import NOT_MEASURED, Latency, Report
from worker.contract.words import Words


@dataclass(frozen=True, kw_only=True, slots=True)
class LatencyRow:
    """How long so many rows at once take: half of the requests, and all but one in a hundred."""

    rows: str
    typical: str
    slow: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Remark:
    """A remark; the English template where the site does not know it."""

    words: str
    is_translated: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """The report for the page."""

    figures: tuple[Figure, ...]
    latency: tuple[LatencyRow, ...]
    remarks: tuple[Remark, ...]


def said(report: Report) -> Said:
    """Return the report in words."""
    measured = report.measurements
    figures: tuple[Figure, ...] = ()
    if measured != NOT_MEASURED:
        figures = (
            Figure(name=_("Memory while it is loaded"), words=size_words(measured.resident_bytes)),
            Figure(name=_("Memory at most"), words=size_words(measured.peak_bytes)),
            Figure(name=_("Loading takes"), words=_milliseconds(measured.load_ms)),
            Figure(name=_("Rows in a second, in large requests"), words=number_words(measured.rows_per_s, digits=2)),
        )
    return Said(
        figures=figures,
        latency=tuple(map(_latency, measured.latency)),
        remarks=tuple(map(_remark, report.remarks)),
    )


def _latency(measured: Latency) -> LatencyRow:
    return LatencyRow(
        rows=number_words(measured.rows), typical=_milliseconds(measured.p50_ms), slow=_milliseconds(measured.p99_ms)
    )


def _remark(remark: Words) -> Remark:
    words = say(TEMPLATES, remark.template, remark.facts)
    # A template that the site does not know is shown as it is: filled in, it could read what is none of its business.
    return Remark(words=words or remark.template, is_translated=words is not None)


def _milliseconds(value: float) -> str:
    return with_unit(number_words(value, digits=2), "ms")
