"""What to know of the version that answers: how good it is, and what computes it."""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from webapp.predictions.engine_words import TEMPLATES
from webapp.predictions.numbers import number_words, percent_words, with_unit
from webapp.sentences import say
from worker.contract.manifest import Engine, Manifest, Quality

SHARES: Final = frozenset({"accuracy", "balanced_accuracy"})

NAMES: Final = {
    "accuracy": gettext_lazy("Right answers"),
    "balanced_accuracy": gettext_lazy("Right answers, each class weighing the same"),
    "macro_f1": gettext_lazy("F1, mean of the classes"),
    "f1": gettext_lazy("F1"),
    "auc": gettext_lazy("Area under the ROC curve"),
    "log_loss": gettext_lazy("Log loss"),
    "brier": gettext_lazy("Brier score"),
    "calibration_error": gettext_lazy("Calibration error"),
    "r2": gettext_lazy("R², the variation explained"),
    "mae": gettext_lazy("Mean absolute error"),
    "rmse": gettext_lazy("Root mean squared error"),
}

ENGINES: Final = {Engine.ONNX: "ONNX Runtime", Engine.SKLEARN: "scikit-learn"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """One figure of quality in words."""

    name: str
    words: str


@dataclass(frozen=True, kw_only=True, slots=True)
class About:
    """A version for the page."""

    figures: tuple[Figure, ...]
    measured_on: str
    engine: str
    engine_reason: str
    engine_detail: str
    is_reason_translated: bool
    estimator: str
    made_with: tuple[str, ...]


def about(manifest: Manifest) -> About:
    """Return what to know of a version."""
    reason = _reason(manifest)
    return About(
        figures=tuple(_figure(quality) for quality in manifest.quality),
        measured_on=_("Measured on %(count)s rows of reference data.") % {"count": number_words(manifest.quality_rows)},
        engine=ENGINES[manifest.engine],
        engine_reason=reason or manifest.engine_reason,
        engine_detail=manifest.engine_detail,
        is_reason_translated=reason is not None,
        estimator=manifest.estimator,
        made_with=tuple(f"{name} {version}" for name, version in manifest.made_with.items()),
    )


def _reason(manifest: Manifest) -> str | None:
    """Return why this engine; None when a manifest says it in English only."""
    sentences = [say(TEMPLATES, words.template, words.facts) for words in manifest.engine_words]
    return " ".join(filter(None, sentences)) if sentences and all(sentences) else None


def name_of(quality: Quality) -> str:
    """Return what a figure of quality is called, with the class that it is about."""
    name = str(NAMES.get(quality.name, quality.name))
    return _("%(figure)s for “%(label)s”") % {"figure": name, "label": quality.label} if quality.label else name


def value_words(quality: Quality, value: float, digits: int = 4) -> str:
    """Return a value of this figure, itself or an end of its interval, as people read it."""
    if quality.name in SHARES:
        return percent_words(value)
    return with_unit(number_words(value, digits=digits), quality.unit)


def _figure(quality: Quality) -> Figure:
    return Figure(name=name_of(quality), words=value_words(quality, quality.value))
