"""Models, versions and features as lines of a table."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from webapp.catalogue.wording import TYPES, state_of, status_words
from webapp.endpoints.models import Deployment
from webapp.predictions.about import Figure, about
from webapp.predictions.numbers import number_words, range_words, size_words, with_unit
from webapp.registry.models import ModelVersion, RegisteredModel
from worker.contract.manifest import Manifest
from worker.contract.signature import Feature, Signature

CATEGORIES_SHOWN_MAX = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelRow:
    """A model with which of its versions answers, and how the newest one is."""

    name: str
    title: str
    description: str
    owner: str
    number: int | None
    state: str
    words: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """An endpoint behind which a version stands, and the part that it plays there."""

    endpoint: str
    title: str
    role: str


@dataclass(frozen=True, kw_only=True, slots=True)
class VersionRow:
    """A version beside its siblings. Empty texts where inspection found nothing."""

    number: int
    state: str
    words: str
    quality: Figure | None
    size: str
    latency: str
    by: str
    at: datetime
    notes: str
    places: tuple[Place, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class FeatureRow:
    """An input of a model in words."""

    name: str
    type: str
    values: str
    needed: str


def model_rows(models: Iterable[RegisteredModel], champions: Iterable[Deployment]) -> tuple[ModelRow, ...]:
    """Return each model in words. `champions` are all that answer, of whichever model."""
    answering: defaultdict[int, set[int]] = defaultdict(set)
    for each in champions:
        answering[each.version.model_id].add(each.version.number)
    return tuple(_model_row(model, model.newest_version, max(answering[model.pk], default=None)) for model in models)


def _model_row(model: RegisteredModel, newest: ModelVersion | None, answers: int | None) -> ModelRow:
    return ModelRow(
        name=model.name,
        title=model.title,
        description=model.description,
        owner=model.owner.username,
        number=newest.number if newest else None,
        state="good" if answers else state_of(newest) if newest else "unknown",
        words=_how_it_is(newest, answers),
    )


def _how_it_is(newest: ModelVersion | None, answers: int | None) -> str:
    if newest is None:
        return _("No version yet")
    facts = {"answers": answers, "number": newest.number, "status": status_words(newest)}
    if answers is None:
        return _("Version %(number)d: %(status)s") % facts
    if answers == newest.number:
        return _("Version %(answers)d answers") % facts
    return _("Version %(answers)d answers; version %(number)d: %(status)s") % facts


def version_rows(versions: Iterable[ModelVersion], deployments: Iterable[Deployment]) -> tuple[VersionRow, ...]:
    """Return each version in words, with where it stands."""
    by_version: defaultdict[int, list[Deployment]] = defaultdict(list)
    for deployment in deployments:
        by_version[deployment.version_id].append(deployment)
    return tuple(_version_row(version, places_of(by_version[version.pk])) for version in versions)


def places_of(deployments: Iterable[Deployment]) -> tuple[Place, ...]:
    """Return where a version stands."""
    return tuple(
        Place(endpoint=each.endpoint.name, title=each.endpoint.title, role=str(each.get_role_display()))
        for each in deployments
    )


def _version_row(version: ModelVersion, places: tuple[Place, ...]) -> VersionRow:
    manifest = version.manifest if version.manifest_json is not None else None
    return VersionRow(
        number=version.number,
        state=state_of(version),
        words=status_words(version),
        quality=next(iter(about(manifest).figures), None) if manifest else None,
        size=size_words(manifest.artifact_size_bytes) if manifest and manifest.artifact_size_bytes else "",
        latency=_latency(manifest) if manifest else "",
        by=version.created_by.username,
        at=version.created_at,
        notes=version.notes,
        places=places,
    )


def _latency(manifest: Manifest) -> str:
    measurements = manifest.report.measurements if manifest.report else None
    one_row = next((each for each in (measurements.latency if measurements else ()) if each.rows == 1), None)
    return with_unit(number_words(one_row.p50_ms, digits=2), "ms") if one_row else ""


def feature_rows(signature: Signature) -> tuple[FeatureRow, ...]:
    """Return each input in words, in the order in which the model takes them."""
    return tuple(
        FeatureRow(
            name=feature.name,
            type=str(TYPES[feature.type]),
            values=_values(feature),
            needed=_("needed") if feature.required else _("may be missing"),
        )
        for feature in signature.features
    )


def _values(feature: Feature) -> str:
    if feature.categories is not None:
        shown = ", ".join(feature.categories[:CATEGORIES_SHOWN_MAX])
        more = len(feature.categories) - CATEGORIES_SHOWN_MAX
        return _("%(shown)s and %(count)d more") % {"shown": shown, "count": more} if more > 0 else shown
    if feature.minimum is not None and feature.maximum is not None:
        return range_words(feature.minimum, feature.maximum, feature.unit)
    return feature.unit
