"""Admission: whether the memory that the box has for models carries one more version, in numbers.

What counts is each version once, however many endpoints it stands behind, in every process that holds it. The former
champion counts too: it leaves when the new one is warm. Use is not measured yet, so what would have to be unloaded is
named largest first.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.conf import settings
from django.utils.translation import gettext_noop

from webapp.endpoints.errors import DoesNotFitError
from webapp.endpoints.models import Deployment, Endpoint
from webapp.endpoints.phrases import Phrase, Size
from webapp.registry.models import ModelVersion
from worker.contract.manifest import Manifest

ESTIMATE_FACTOR: Final = 4
ESTIMATE_MIN_BYTES: Final = 4 << 20

NEEDS: Final = gettext_noop(
    "%(version)s needs %(need)s (%(processes)d processes that hold it, and its loading); of the %(budget)s for models "
    "%(free)s are free."
)
NEEDS_ABOUT: Final = gettext_noop(
    "%(version)s needs about %(need)s, estimated from its file of %(file)s; of the %(budget)s for models %(free)s are "
    "free."
)
WOULD_FIT: Final = gettext_noop(
    "It fits once these endpoints are unloaded: %(endpoints)s. Withdraw what stands behind them, or let an "
    "administrator override with a reason."
)
LACKS: Final = gettext_noop(
    "Give the box %(lacking)s more (the setting BASTIDE_MODEL_MEMORY, or more memory), publish a smaller model, or let "
    "an administrator override with a reason."
)


class Outcome(StrEnum):
    """How an admission ends."""

    FITS = "fits"
    FITS_IF_UNLOADED = "fits_if_unloaded"
    DOES_NOT_FIT = "does_not_fit"


@dataclass(frozen=True, kw_only=True, slots=True)
class Need:
    """What one version takes in all processes: while it is held, and beyond that while it loads."""

    held_bytes: int
    loading_bytes: int
    is_estimate: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Admission:
    """What a version needs, what there is, and which endpoints would have to be unloaded for it."""

    outcome: Outcome
    version: ModelVersion
    need_bytes: int
    used_bytes: int
    budget_bytes: int
    is_estimate: bool
    unload: tuple[str, ...] = ()

    @property
    def free_bytes(self) -> int:
        """What of the memory for models is free."""
        return max(0, self.budget_bytes - self.used_bytes)

    @property
    def numbers(self) -> Phrase:
        """What is needed and what there is."""
        facts = {
            "version": str(self.version),
            "need": Size(self.need_bytes),
            "processes": settings.INFERENCE_PROCESSES,
            "file": Size(self.version.manifest.artifact_size_bytes),
            "budget": Size(self.budget_bytes),
            "free": Size(self.free_bytes),
        }
        return Phrase(NEEDS_ABOUT if self.is_estimate else NEEDS, facts)

    @property
    def advice(self) -> Phrase:
        """What to do where it does not fit."""
        if self.unload:
            return Phrase(WOULD_FIT, {"endpoints": ", ".join(self.unload)})
        return Phrase(LACKS, {"lacking": Size(self.need_bytes - self.free_bytes)})

    def refusal(self) -> DoesNotFitError:
        """Return the error that says so."""
        return DoesNotFitError(self.numbers, self.advice)


def need_of(manifest: Manifest) -> Need:
    """Return what a version needs: as inspection measured it, else estimated from the size of its file."""
    processes = settings.INFERENCE_PROCESSES
    if manifest.report is None:
        each = max(ESTIMATE_MIN_BYTES, ESTIMATE_FACTOR * manifest.artifact_size_bytes)
        return Need(held_bytes=processes * each, loading_bytes=0, is_estimate=True)
    measured = manifest.report.measurements
    beyond = max(0, measured.peak_bytes - measured.resident_bytes)
    return Need(held_bytes=processes * measured.resident_bytes, loading_bytes=processes * beyond)


def judge(endpoint: Endpoint, version: ModelVersion) -> Admission:
    """Return whether there is memory to put `version` behind `endpoint`. What is loaded already needs nothing more."""
    live = list(Deployment.objects.serving())
    held = {each.version.digest: need_of(each.version.manifest).held_bytes for each in live}
    need = need_of(version.manifest)
    needed_bytes = 0 if version.digest in held else need.held_bytes + need.loading_bytes
    used_bytes, budget_bytes = sum(held.values()), settings.MODEL_MEMORY_BYTES
    lacking_bytes = needed_bytes - (budget_bytes - used_bytes)
    unload = _to_unload(_alone(live, held, endpoint), lacking_bytes) if needed_bytes and lacking_bytes > 0 else ()
    return Admission(
        outcome=_outcome(lacking_bytes if needed_bytes else 0, unload),
        version=version,
        need_bytes=needed_bytes,
        used_bytes=used_bytes,
        budget_bytes=budget_bytes,
        is_estimate=need.is_estimate,
        unload=unload,
    )


def used_bytes() -> int:
    """Return what all live deployments need together."""
    return sum(
        {
            each.version.digest: need_of(each.version.manifest).held_bytes for each in Deployment.objects.serving()
        }.values()
    )


def _outcome(lacking_bytes: int, unload: tuple[str, ...]) -> Outcome:
    if lacking_bytes <= 0:
        return Outcome.FITS
    return Outcome.FITS_IF_UNLOADED if unload else Outcome.DOES_NOT_FIT


def _alone(live: Iterable[Deployment], held: dict[str, int], endpoint: Endpoint) -> dict[str, int]:
    """Return how many bytes become free with each other endpoint: those of versions that stand nowhere else."""
    users: dict[str, set[str]] = {}
    for each in live:
        users.setdefault(each.version.digest, set()).add(each.endpoint.name)
    freed: dict[str, int] = {}
    for digest, names in users.items():
        if len(names) == 1 and endpoint.name not in names:
            name = next(iter(names))
            freed[name] = freed.get(name, 0) + held[digest]
    return freed


def _to_unload(freed: dict[str, int], lacking_bytes: int) -> tuple[str, ...]:
    """Return the fewest endpoints that free enough, nothing when all of them do not."""
    chosen: list[str] = []
    for name in sorted(freed, key=lambda name: (-freed[name], name)):
        if lacking_bytes <= 0:
            break
        chosen.append(name)
        lacking_bytes -= freed[name]
    return tuple(chosen) if lacking_bytes <= 0 else ()
