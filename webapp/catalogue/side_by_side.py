"""Two versions side by side: what is known of each without asking it anything."""

from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from webapp.catalogue.wording import status_words
from webapp.predictions.about import about
from webapp.predictions.numbers import number_words, size_words, with_unit
from webapp.registry.models import ModelVersion
from worker.contract.manifest import Manifest
from worker.contract.report import NOT_MEASURED, Measurements


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """One line: what of both versions; `is_text` where it may be long, and is no number."""

    name: str
    old: str
    new: str
    is_text: bool = False


def side_by_side(old: ModelVersion, new: ModelVersion, *, with_quality: bool) -> tuple[Fact, ...]:
    """Return the facts; `with_quality` adds the first figure of each on its own reference data."""
    facts = (*_quality(old, new), *_needs(old, new)) if with_quality else _needs(old, new)
    return (*facts, *_made(old, new))


def _quality(old: ModelVersion, new: ModelVersion) -> tuple[Fact, ...]:
    before, after = ({each.name: each.words for each in about(version.manifest).figures} for version in (old, new))
    told = _("%(figure)s, on its own reference data")
    names = list(dict.fromkeys([*after, *before]))[:1]
    return tuple(
        Fact(name=told % {"figure": name}, old=before.get(name, ""), new=after.get(name, "")) for name in names
    )


def _needs(old: ModelVersion, new: ModelVersion) -> tuple[Fact, ...]:
    before, after = (_needed(version.manifest) for version in (old, new))
    return tuple(Fact(name=name, old=before.get(name, ""), new=words) for name, words in after.items())


def _needed(manifest: Manifest) -> dict[str, str]:
    measured = manifest.report.measurements if manifest.report else NOT_MEASURED
    is_known = measured != NOT_MEASURED
    return {
        _("Size"): size_words(manifest.artifact_size_bytes) if manifest.artifact_size_bytes else "",
        _("One row takes"): _latency(measured, 1),
        _("1000 rows take"): _latency(measured, 1000),
        _("Memory while it is loaded"): size_words(measured.resident_bytes) if is_known else "",
        _("Memory at most"): size_words(measured.peak_bytes) if is_known else "",
        _("Rows of reference data"): number_words(manifest.reference_rows) if manifest.reference_rows else "",
    }


def _latency(measured: Measurements, rows: int) -> str:
    known = next((each for each in measured.latency if each.rows == rows), None)
    return with_unit(number_words(known.p50_ms, digits=2), "ms") if known else ""


def _made(old: ModelVersion, new: ModelVersion) -> tuple[Fact, ...]:
    before, after = (_told(version) for version in (old, new))
    return tuple(Fact(name=name, old=before[name], new=words, is_text=True) for name, words in after.items())


def _told(version: ModelVersion) -> dict[str, str]:
    said = about(version.manifest)
    return {
        _("Status"): status_words(version),
        _("What computes it"): said.engine,
        _("Estimator"): said.estimator,
        _("Format"): version.manifest.format,
        _("Made with"): ", ".join(said.made_with),
        _("Published"): date_format(localtime(version.created_at), "DATETIME_FORMAT"),
        _("By"): version.created_by.username,
        _("Notes"): version.notes,
    }
