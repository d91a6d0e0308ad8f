"""How good answers are, for pages: figures with intervals, calibration, confusion, residuals."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

import msgspec
from django.utils.translation import gettext as _

from webapp.plots.marks import Plot, Strip
from webapp.plots.quality import calibration_plot, residual_plot
from webapp.plots.strips import interval
from webapp.predictions.about import name_of, value_words
from webapp.predictions.numbers import number_words, percent_words, with_unit
from worker.contract.manifest import Manifest, Quality
from worker.contract.report import CalibrationBin, Confusion, Report

SCORES: Final = frozenset({"accuracy", "balanced_accuracy", "macro_f1", "f1", "auc", "r2"})
"""Figures of which 1 is the best; of the others it is nothing."""

LABELS_MAX: Final = 50
PAIRS_MAX: Final = 300
SHADES: Final = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class QualityRow:
    """One figure with its interval, in words and as a drawing."""

    name: str
    words: str
    interval: str
    strip: Strip


@dataclass(frozen=True, kw_only=True, slots=True)
class Pictured:
    """A plot with the same numbers as lines of a table."""

    plot: Plot
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """How many rows of one true class got one answer; the shade tells its share of the class, 0 to `SHADES`."""

    count: str
    shade: int
    is_right: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ConfusionRow:
    """One true class."""

    label: str
    cells: tuple[Cell, ...]
    recognised: str


def quality_rows(figures: Sequence[Quality]) -> tuple[QualityRow, ...]:
    """Return each figure; what may be compared by its length has the same scale."""
    most = {kind: max(_end(each) for each in figures if _kind(each) == kind) for kind in map(_kind, figures)}
    return tuple(_quality_row(each, 1.0 if each.name in SCORES else most[_kind(each)]) for each in figures)


def calibration_of(bins: Sequence[CalibrationBin]) -> Pictured | None:
    """Return what was foretold against what came true; None where nothing is known of it."""
    if not bins:
        return None
    gaps = [abs(each.foretold - each.observed) for each in bins]
    rows = sum(each.rows for each in bins) or 1
    mean = sum(gap * each.rows for gap, each in zip(gaps, bins, strict=True)) / rows
    alternative = _(
        "Calibration: what came true differs from what was foretold by %(mean)s on average, by %(most)s at most."
    ) % {"mean": percent_words(mean), "most": percent_words(max(gaps))}
    names = (_("foretold probability"), _("came true"))
    plot = calibration_plot(bins, names, _whole_percent, alternative)
    return Pictured(plot=plot, rows=tuple(map(_bin_words, bins)))


def residuals_of(manifest: Manifest, report: Report) -> Pictured | None:
    """Return answers against the truth; None of a classifier."""
    pairs, unit = report.residuals[:PAIRS_MAX], manifest.signature.output.unit
    known = _("the answer") if not unit else _("the answer in %(unit)s") % {"unit": unit}
    alternative = ""
    if pairs:
        off = with_unit(number_words(median(abs(predicted - true) for predicted, true in pairs), digits=3), unit)
        facts = {"count": number_words(len(pairs)), "off": off}
        alternative = _("%(count)s rows: half of the answers are off by at most %(off)s.") % facts
    plot = residual_plot(pairs, (known, _("the truth")), number_words, alternative)
    if plot is None:
        return None
    return Pictured(plot=plot, rows=tuple((_short(predicted), _short(true)) for predicted, true in pairs))


def confusion_rows(confusion: Confusion | None) -> tuple[ConfusionRow, ...]:
    """Return a line for each true class; nothing where there are too many, or none."""
    if confusion is None or len(confusion.labels) > LABELS_MAX:
        return ()
    return tuple(
        _confusion_row(str(label), index, counts)
        for index, (label, counts) in enumerate(zip(confusion.labels, confusion.counts, strict=False))
    )


def _quality_row(quality: Quality, most: float) -> QualityRow:
    words = ""
    if quality.low is not None and quality.high is not None:
        low = value_words(msgspec.structs.replace(quality, unit=""), quality.low, 3)
        ends = {"low": low, "high": value_words(quality, quality.high, 3)}
        words = _("%(low)s to %(high)s") % ends
    return QualityRow(
        name=name_of(quality),
        words=value_words(quality, quality.value),
        interval=words,
        strip=interval(quality.value, quality.low, quality.high, most),
    )


def _kind(quality: Quality) -> str:
    return "score" if quality.name in SCORES else f"in {quality.unit}" if quality.unit else "loss"


def _end(quality: Quality) -> float:
    return max(quality.value, quality.high or 0.0)


def _bin_words(each: CalibrationBin) -> tuple[str, ...]:
    ends = {"low": percent_words(each.low), "high": percent_words(each.high)}
    observed, between = percent_words(each.observed), _("%(low)s to %(high)s") % ends
    return percent_words(each.foretold), observed, between, number_words(each.rows)


def _confusion_row(label: str, index: int, counts: Sequence[int]) -> ConfusionRow:
    total = sum(counts)
    cells = tuple(
        Cell(count=number_words(count), shade=_shade(count, total), is_right=index == place)
        for place, count in enumerate(counts)
    )
    right = counts[index] if index < len(counts) else 0
    return ConfusionRow(label=label, cells=cells, recognised=percent_words(right / total) if total else "")


def _shade(count: int, total: int) -> int:
    """Return how dark the cell is: what occurs at all is never white."""
    return max(1, round(SHADES * count / total)) if count and total else 0


def _whole_percent(share: float) -> str:
    return _("%(number)s %%") % {"number": number_words(round(share * 100))}


def _short(value: float) -> str:
    return number_words(value, digits=5)
