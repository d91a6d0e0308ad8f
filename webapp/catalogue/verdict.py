"""The first line of a report: whether the version is good, quick, and fits."""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from webapp.catalogue.measured import milliseconds
from webapp.endpoints.admission import Outcome, judge, need_of
from webapp.endpoints.models import Deployment, Endpoint
from webapp.predictions.about import value_words
from webapp.predictions.numbers import percent_words, size_words
from webapp.registry.models import ModelVersion
from worker.contract.manifest import Manifest, Quality
from worker.contract.report import Confusion, Report

QUICK_MS_MAX: Final = 100.0
"""What people feel as at once."""

GRADES: Final = ("good", "unknown", "warning", "bad")


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """Three sentences, and the sign of the worst of them."""

    state: str
    words: str


Judged = tuple[str, str]
"""A sign and its sentence."""


def verdict(version: ModelVersion, manifest: Manifest, report: Report) -> Verdict:
    """Return the answer to the three questions."""
    judged = (how_good(manifest, report), _quick(report), _fits(version, manifest))
    return Verdict(
        state=max((state for state, _words in judged), key=GRADES.index),
        words=" ".join(words for _state, words in judged if words),
    )


def how_good(manifest: Manifest, report: Report) -> Judged:
    """Return whether it is better than a guess."""
    known = {each.name: each for each in manifest.quality if not each.label}
    if "accuracy" in known:
        return _better_than_the_most_frequent(known["accuracy"], report.confusion)
    if "r2" in known:
        return _better_than_the_mean(known["r2"], known.get("mae"))
    return "unknown", _("Whether it is good is not known: no true answers came with the reference data.")


def _better_than_the_most_frequent(accuracy: Quality, confusion: Confusion | None) -> Judged:
    right = percent_words(accuracy.value)
    totals = [sum(counts) for counts in confusion.counts] if confusion else []
    if confusion is None or not any(totals) or len(totals) != len(confusion.labels):
        return "good", _("%(right)s of its answers are right.") % {"right": right}
    guess = max(totals) / sum(totals)
    label = str(confusion.labels[totals.index(max(totals))])
    facts = {"right": right, "guess": percent_words(guess), "label": label}
    if _least(accuracy) > guess:
        sentence = _(
            "Better than guessing: %(right)s of its answers are right, against %(guess)s for always “%(label)s”."
        )
        return "good", sentence % facts
    sentence = _(
        "Not surely better than guessing: %(right)s of its answers are right, against %(guess)s for always “%(label)s”."
    )
    return "warning", sentence % facts


def _better_than_the_mean(r2: Quality, mae: Quality | None) -> Judged:
    if _least(r2) <= 0:
        return "warning", _("Not surely better than always answering the mean.")
    facts = {"share": percent_words(r2.value), "off": value_words(mae, mae.value, 3) if mae else ""}
    if mae is None:
        return "good", _("Better than guessing: it explains %(share)s of the variation.") % facts
    sentence = _("Better than guessing: it explains %(share)s of the variation and is off by %(off)s on average.")
    return "good", sentence % facts


def _quick(report: Report) -> Judged:
    one = next((each for each in report.measurements.latency if each.rows == 1), None)
    if one is None:
        return "unknown", _("How quick it is was not measured.")
    facts = {"typical": milliseconds(one.p50_ms), "slow": milliseconds(one.p99_ms)}
    if one.p50_ms <= QUICK_MS_MAX:
        return "good", _("Quick: it answers one row in %(typical)s, 99 times of 100 within %(slow)s.") % facts
    return "warning", _("Slow: it takes %(typical)s for one row, and up to %(slow)s in 99 cases of 100.") % facts


def _fits(version: ModelVersion, manifest: Manifest) -> Judged:
    admission = judge(_endpoint(version), version)
    facts = {
        "held": size_words(need_of(manifest).held_bytes),
        "need": size_words(admission.need_bytes),
        "free": size_words(admission.free_bytes),
        "budget": size_words(admission.budget_bytes),
    }
    if admission.need_bytes == 0:
        return "good", _("It fits: it is loaded, and takes %(held)s of the %(budget)s for models.") % facts
    if admission.outcome is Outcome.FITS:
        return "good", _("It fits: it needs %(need)s, and of the %(budget)s for models %(free)s are free.") % facts
    if admission.outcome is Outcome.FITS_IF_UNLOADED:
        sentence = _("It fits once other endpoints are unloaded: it needs %(need)s, and %(free)s are free.")
        return "warning", sentence % facts
    return "bad", _("It does not fit: it needs %(need)s, and of the %(budget)s for models %(free)s are free.") % facts


def _endpoint(version: ModelVersion) -> Endpoint:
    """Return where the version would stand; its own memory there is not what would have to be unloaded."""
    live = Deployment.objects.live_champions().filter(version__model=version.model).select_related("endpoint").first()
    return live.endpoint if live else Endpoint(name=version.model.name)


def _least(quality: Quality) -> float:
    return quality.value if quality.low is None else quality.low
