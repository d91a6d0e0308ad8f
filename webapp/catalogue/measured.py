"""How quick a version is and what it takes, for the page of its report: latency, memory, and what conversion gained."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from webapp.plots.latency import latency_plot
from webapp.plots.marks import Strip
from webapp.plots.strips import bar
from webapp.predictions.about import Figure
from webapp.predictions.numbers import number_words, percent_words, size_words, with_unit
from webapp.predictions.quality import Pictured
from worker.contract.report import NOT_MEASURED, Conversion, Latency, Measurements


@dataclass(frozen=True, kw_only=True, slots=True)
class BarRow:
    """A size in words and as a bar."""

    name: str
    words: str
    strip: Strip


@dataclass(frozen=True, kw_only=True, slots=True)
class Converted:
    """What the graph of onnxruntime gained."""

    figures: tuple[Figure, ...]
    memory: tuple[BarRow, ...]


def latency_of(measurements: Measurements) -> Pictured | None:
    """Return how long answers take by the number of rows; None where it was not measured."""
    known = measurements.latency
    names, curves = (_("rows at once"), _("milliseconds")), (_("half of the answers"), _("99 of 100"))
    sentences = [
        _("%(rows)s rows: half of the answers take %(typical)s, 99 of 100 at most %(slow)s.")
        % dict(zip(("rows", "typical", "slow"), _latency_words(each), strict=True))
        for each in known
    ]
    plot = latency_plot(known, names, curves, number_words, " ".join(sentences))
    return Pictured(plot=plot, rows=tuple(map(_latency_words, known))) if plot else None


def memory_of(measurements: Measurements) -> tuple[BarRow, ...]:
    """Return what a process needs; nothing where it was not measured."""
    if measurements == NOT_MEASURED:
        return ()
    return _bars(
        {
            _("While it is loaded"): measurements.resident_bytes,
            _("At most, while it loads and answers"): measurements.peak_bytes,
            _("Libraries of the engine, for all models of a process"): measurements.libraries_bytes,
        }
    )


def conversion_of(conversion: Conversion | None) -> Converted | None:
    """Return what conversion gained; None where there was none."""
    if conversion is None:
        return None
    figures = (
        Figure(name=_("One row is answered sooner"), words=_times(conversion.speed_up)),
        Figure(name=_("Largest difference of an answer, of its size"), words=_share(conversion.difference)),
        Figure(name=_("Size of the graph"), words=size_words(conversion.graph_bytes)),
    )
    memory = {
        _("The model in ONNX Runtime"): conversion.resident_bytes,
        _("The model in scikit-learn"): conversion.sklearn_resident_bytes,
        _("Libraries of ONNX Runtime"): conversion.libraries_bytes,
        _("Libraries of scikit-learn"): conversion.sklearn_libraries_bytes,
    }
    return Converted(figures=figures, memory=_bars(memory))


def milliseconds(value: float) -> str:
    """Return a time in words."""
    return with_unit(number_words(value, digits=2), "ms")


def _bars(sizes: dict[str, int]) -> tuple[BarRow, ...]:
    most = max(sizes.values()) or 1
    return tuple(
        BarRow(name=name, words=size_words(size_bytes), strip=bar(size_bytes / most))
        for name, size_bytes in sizes.items()
    )


def _latency_words(each: Latency) -> tuple[str, ...]:
    return number_words(each.rows), milliseconds(each.p50_ms), milliseconds(each.p99_ms)


def _times(factor: float) -> str:
    return _("%(factor)s times") % {"factor": number_words(factor, digits=2)}


def _share(value: float) -> str:
    return percent_words(value) if value >= 0.001 else number_words(value, digits=2)
