"""What the endpoints do when the registry announces something."""

from typing import Any, Final

from django.db import transaction
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext_noop

from webapp.accounts.models import everyone
from webapp.audit.changes import Told, watch_rows
from webapp.audit.memberships import access, watch
from webapp.audit.models import Action
from webapp.audit.origin import acting_for
from webapp.endpoints.deploying import deploy
from webapp.endpoints.errors import DeploymentStateError, EndpointError
from webapp.endpoints.models import Endpoint
from webapp.endpoints.orders import Order
from webapp.endpoints.phrases import Phrase
from webapp.registry.models import DeployRole, ModelVersion, RegisteredModel
from webapp.registry.signals import version_ready

NOT_YOURS: Final = gettext_noop("The endpoint %(endpoint)s stands before a model that %(user)s does not manage.")
ASK_OWNER: Final = gettext_noop("Ask its owner or an administrator to deploy the version.")

JOURNAL: Final = ("keeps_journal", "keeps_inputs", "hashed_features", "journal_days", "journal_megabytes")
"""What the journal keeps of an endpoint's rows."""


def _whose(endpoint: Endpoint) -> dict[str, str]:
    return {"endpoint": endpoint.name}


watch(Endpoint.groups.field, lambda endpoint: access(**_whose(endpoint)))
watch_rows(
    Endpoint,
    Told(
        names=("title", "description", "is_active", "expected_per_s", *JOURNAL),
        whose=_whose,
        made=Action.ENDPOINT_MADE,
        changed=Action.ENDPOINT_CHANGED,
        deleted=Action.ENDPOINT_DELETED,
        shown=("title",),
    ),
)


@receiver(version_ready)
def deploy_when_asked(version: ModelVersion, **_signal: Any) -> None:
    """Put a version behind the endpoint of its model's name, when its publisher wanted that.

    An endpoint that this makes is for everyone; an admin narrows it (docs/decisions). What stands against it is told
    with the version: it stays ready all the same.
    """
    if version.deploy_role != DeployRole.CHAMPION:
        return
    try:
        _deploy(version)
    except EndpointError as error:
        version.mark_not_deployed(f"{version} is ready but not deployed. {error.message}", error.hint)


def _deploy(version: ModelVersion) -> None:
    """Deploy in the name of who asked, who may have lost the right to it during the inspection."""
    asker = version.asker
    name = version.model.name
    may_deploy = RegisteredModel.objects.manageable_by(asker).filter(pk=version.model_id).exists()
    known = Endpoint.objects.filter(name=name).first()
    if not may_deploy or (known is not None and not known.may_be_managed_by(asker)):
        raise DeploymentStateError(
            Phrase(NOT_YOURS, {"endpoint": name, "user": asker.get_username()}), Phrase(ASK_OWNER)
        )
    endpoint = known or _made(version)
    with transaction.atomic():
        deploy(endpoint, Order(version=version, by=asker), timezone.now())


def _made(version: ModelVersion) -> Endpoint:
    words = {"title": version.model.title, "description": version.model.description}
    with acting_for(version.asker):
        endpoint, is_new = Endpoint.objects.get_or_create(name=version.model.name, defaults=words)
        if is_new:
            endpoint.groups.add(everyone())
    return endpoint
