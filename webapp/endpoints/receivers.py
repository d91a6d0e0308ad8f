"""What the endpoints do when the registry announces something."""

from typing import Any

from django.dispatch import receiver
from django.utils import timezone

from webapp.accounts.models import everyone
from webapp.endpoints.models import Endpoint
from webapp.registry.models import DeployRole, ModelVersion
from webapp.registry.signals import version_ready


@receiver(version_ready)
def deploy_when_asked(version: ModelVersion, **_signal: Any) -> None:
    """Put a version behind the endpoint of its model's name, when its publisher wanted that.

    An endpoint that this makes is for everyone; an admin narrows it (docs/decisions).
    """
    if version.deploy_role != DeployRole.CHAMPION:
        return
    words = {"title": version.model.title, "description": version.model.description}
    endpoint, is_new = Endpoint.objects.get_or_create(name=version.model.name, defaults=words)
    if is_new:
        endpoint.groups.add(everyone())
    endpoint.deploy_champion(version, version.created_by, timezone.now())
