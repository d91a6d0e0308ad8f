"""The end of a version's life: retired, archived, brought back, deleted. None of it while the version is deployed.

A retired version is not deployed any more, an archived one is put aside as well; the files of both stay, so either may
come back. A deleted one loses its files for good; its number is never used again, and the audit trail remembers it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import transaction
from django.utils.translation import gettext_noop

from webapp.accounts.models import User
from webapp.audit.models import Action
from webapp.endpoints.errors import DeploymentStateError, OrderError
from webapp.endpoints.models import Deployment, Endpoint
from webapp.endpoints.phrases import Phrase
from webapp.registry.comparisons import VersionComparison
from webapp.registry.models import ModelVersion, Status
from webapp.registry.publishing import store

DEPLOYED: Final = gettext_noop("%(version)s stands behind %(endpoints)s and cannot be put away.")
WITHDRAW_IT: Final = gettext_noop("Deploy another version there, or withdraw this one, first.")
SHARED: Final = gettext_noop("The files of %(version)s are those of another version too, and stay.")
DELETE_LAST: Final = gettext_noop("Retire or archive it instead; delete it once the other version is gone.")
WRONG_NAME: Final = gettext_noop("What was typed is not the name “%(name)s”; nothing was deleted.")
TYPE_NAME: Final = gettext_noop("Type the name as it is shown.")

PUT_AWAY: Final = frozenset({Status.RETIRED, Status.ARCHIVED})
DELETABLE: Final = frozenset({Status.READY, Status.REJECTED, *PUT_AWAY})


def retire(version: ModelVersion, by: User, reason: str = "") -> None:
    """Let the version be deployed no more. Raise WrongStateError, or DeploymentStateError while it is deployed."""
    with _put_away(version):
        version.move(Status.RETIRED, {Status.READY, Status.ARCHIVED})
        version.tell(Action.RETIRED, by, reason)


def archive(version: ModelVersion, by: User, reason: str = "") -> None:
    """Put the version aside. Raise WrongStateError, or DeploymentStateError while it is deployed."""
    with _put_away(version):
        version.move(Status.ARCHIVED, {Status.READY, Status.RETIRED})
        version.tell(Action.ARCHIVED, by, reason)


def restore(version: ModelVersion, by: User, reason: str = "") -> None:
    """Let a retired or archived version be deployed again. Raise WrongStateError if it is neither."""
    with transaction.atomic():
        version.move(Status.READY, PUT_AWAY)
        version.tell(Action.RESTORED, by, reason)


def delete(version: ModelVersion, by: User, typed: str, reason: str = "") -> None:
    """Remove the version's files for good; `typed` must be `name_of` it.

    Raise OrderError if it is not, WrongStateError during inspection, DeploymentStateError while it is deployed or its
    files are another version's too.
    """
    if typed.strip() != name_of(version):
        raise OrderError(Phrase(WRONG_NAME, {"name": name_of(version)}), Phrase(TYPE_NAME))
    digest = version.digest
    with _put_away(version):
        if ModelVersion.objects.filter(digest=digest).exclude(pk=version.pk).exists():
            raise DeploymentStateError(Phrase(SHARED, {"version": str(version)}), Phrase(DELETE_LAST))
        # The same files published again are a new version, with a number of its own.
        version.move(Status.DELETED, DELETABLE, digest=f"deleted-{version.pk}", reason="", hint="")
        VersionComparison.objects.about(version.pk).delete()  # it shows rows of the data
        version.tell(Action.DELETED, by, reason, before={"digest": digest})
        transaction.on_commit(lambda: store().remove(digest))


def name_of(version: ModelVersion) -> str:
    """Return what one types to delete a version: the model's name and the number."""
    return f"{version.model.name} {version.number}"


@contextmanager
def _put_away(version: ModelVersion) -> Iterator[None]:
    """Hold the version's row, as deploying does, so that nobody deploys what is put away meanwhile."""
    with transaction.atomic():
        ModelVersion.objects.select_for_update().get(pk=version.pk)
        live = Deployment.objects.live().filter(version=version)
        endpoints = Endpoint.objects.filter(deployments__in=live).distinct().values_list("name", flat=True)
        if endpoints:
            facts = {"version": str(version), "endpoints": ", ".join(endpoints)}
            raise DeploymentStateError(Phrase(DEPLOYED, facts), Phrase(WITHDRAW_IT))
        yield
