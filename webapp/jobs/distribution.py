"""How the answers of a job are distributed, for its page: a drawing, and always its numbers."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from django.utils.translation import gettext as _

from webapp.endpoints.wording import in_words
from webapp.jobs.wording import rows_words
from webapp.plots.distributions import histogram_plot
from webapp.plots.marks import Plot, Strip
from webapp.plots.strips import bar
from webapp.predictions.numbers import number_words, percent_words, range_words, with_unit
from worker.contract.batch import Histogram, Summary
from worker.contract.signature import Output

LABELS_SHOWN: Final = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class LabelRow:
    """How often one class was answered."""

    label: str
    count: str
    share: str
    strip: Strip


@dataclass(frozen=True, kw_only=True, slots=True)
class BinRow:
    """How many answers lie in one bin."""

    span: str
    count: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Distribution:
    """The answers by class, or how numbers are spread."""

    labels: tuple[LabelRow, ...] = ()
    more_labels: tuple[LabelRow, ...] = ()
    others: int = 0
    plot: Plot | None = None
    bins: tuple[BinRow, ...] = ()
    mean: str = ""
    median: str = ""


def distribution_of(summary: Summary, output: Output, answered: int) -> Distribution | None:
    """Return the distribution of the answers; None where there is none to show."""
    if summary.histogram is not None:
        return _numbers(summary.histogram, output)
    if not summary.labels:
        return None
    rows = tuple(_label_row(label, count, max(answered, 1)) for label, count in summary.labels)
    left_out = answered - sum(count for _label, count in summary.labels)
    return Distribution(
        labels=rows[:LABELS_SHOWN],
        more_labels=rows[LABELS_SHOWN:],
        others=max(0, left_out),
    )


def _label_row(label: str, count: int, answered: int) -> LabelRow:
    share = count / answered
    return LabelRow(label=label, count=rows_words(count), share=percent_words(min(share, 1.0)), strip=bar(share))


def _numbers(histogram: Histogram, output: Output) -> Distribution:
    name = in_words(output.name)
    mean, median = (with_unit(_short(value), output.unit) for value in (histogram.mean, histogram.median))
    axis = _("%(name)s in %(unit)s") % {"name": name, "unit": output.unit} if output.unit else name
    alternative = _("How the answers are distributed: mean %(mean)s, median %(median)s.")
    plot = histogram_plot(histogram, (axis, _("rows")), _short, alternative % {"mean": mean, "median": median})
    bins = tuple(
        BinRow(span=range_words(_rounded(low), _rounded(high), ""), count=number_words(count))
        for (low, high), count in zip(pairwise(histogram.edges), histogram.counts, strict=False)
    )
    return Distribution(plot=plot, bins=bins, mean=mean, median=median)


def _short(value: float) -> str:
    return number_words(_rounded(value), digits=4)


def _rounded(value: float) -> float:
    """Return a number without the digits that computing leaves behind."""
    return float(f"{value:.6g}")
