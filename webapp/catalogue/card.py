"""The card of a model: what a reader should know, from the facts of the version that answers and its people's words."""

from dataclasses import dataclass
from typing import Final

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext_lazy

from webapp.accounts.models import User
from webapp.catalogue.limits import limits_of
from webapp.catalogue.report import Remark, said
from webapp.catalogue.rows import FeatureRow, feature_rows
from webapp.catalogue.verdict import how_good
from webapp.endpoints.models import Deployment, Endpoint
from webapp.endpoints.wording import purpose
from webapp.predictions.about import About, about
from webapp.predictions.quality import QualityRow, quality_rows
from webapp.registry.models import CARD_TEXTS, ModelVersion, RegisteredModel, Status
from worker.contract.manifest import Manifest
from worker.contract.report import Report

FEATURES_SHOWN_MAX: Final = 60

HEADINGS: Final = {
    "purpose": gettext_lazy("What it is for"),
    "training_data": gettext_lazy("What it was trained on"),
    "limits": gettext_lazy("What its people say of its limits"),
    "contact": gettext_lazy("Whom to ask"),
}

ADVICE: Final = {
    "purpose": gettext_lazy("Which decision it helps with, for whom, and what it is not meant for."),
    "training_data": gettext_lazy(
        "Where the rows come from, from which years, how many, who is in them and who is not, and what was left out."
    ),
    "limits": gettext_lazy("Where it is known to fail, whom it may treat worse, and when a person must decide."),
    "contact": gettext_lazy("A person or a team with a telephone number or an address, and who stands in for them."),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """A model whose card somebody may read, with the version that it is about; None while there is none."""

    model: RegisteredModel
    version: ModelVersion | None
    endpoints: tuple[Endpoint, ...]
    may_write: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """What the people of the model wrote under a heading; when it is empty, what to write there."""

    name: str
    heading: str
    text: str
    advice: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What inspection found, in words."""

    predicts: str
    how_good: str
    about: About
    quality: tuple[QualityRow, ...]
    features: tuple[FeatureRow, ...]
    more_features: int
    limits: tuple[str, ...]
    remarks: tuple[Remark, ...]


def known_to(user: User | AnonymousUser, name: str) -> Known | None:
    """Return a model with the version of its card; None when `user` neither looks after it nor may ask it."""
    own = RegisteredModel.objects.visible_to(user).filter(name=name).exists()
    live = Deployment.objects.live_champions().filter(version__model__name=name)
    open_to = live.filter(endpoint__in=Endpoint.objects.visible_to(user))
    shown = list((live if own else open_to).select_related("endpoint", "version__model", "version__created_by"))
    if not shown and not own:
        return None
    model = RegisteredModel.objects.select_related("owner").get(name=name)
    return Known(
        model=model,
        version=shown[0].version if shown else _newest_ready(model),
        endpoints=tuple(each.endpoint for each in open_to.select_related("endpoint")),
        may_write=RegisteredModel.objects.manageable_by(user).filter(pk=model.pk).exists(),
    )


def written(model: RegisteredModel) -> tuple[Written, ...]:
    """Return what its people say of it."""
    return tuple(
        Written(name=name, heading=str(HEADINGS[name]), text=getattr(model, name), advice=str(ADVICE[name]))
        for name in CARD_TEXTS
    )


def facts_of(manifest: Manifest) -> Facts:
    """Return what inspection found of the version, for readers."""
    report = manifest.report or Report()
    _state, sentence = how_good(manifest, report)
    features = feature_rows(manifest.signature)
    return Facts(
        predicts=purpose(manifest.signature.output),
        how_good=sentence,
        about=about(manifest),
        quality=quality_rows(manifest.quality),
        features=features[:FEATURES_SHOWN_MAX],
        more_features=len(features[FEATURES_SHOWN_MAX:]),
        limits=limits_of(manifest),
        remarks=said(report).remarks,
    )


def _newest_ready(model: RegisteredModel) -> ModelVersion | None:
    return model.versions.filter(status=Status.READY).select_related("model", "created_by").first()
