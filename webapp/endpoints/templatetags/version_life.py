"""The card on a version's page from which it is deployed, and put away."""

from typing import Any

from django import template

from webapp.endpoints.life import PUT_AWAY
from webapp.endpoints.managing import preview
from webapp.endpoints.models import Deployment, Endpoint
from webapp.endpoints.orders import Order
from webapp.registry.models import ModelVersion, Status

register = template.Library()


@register.inclusion_tag("endpoints/_version_life.html")
def version_life(version: ModelVersion) -> dict[str, Any]:
    """Show what a ready version needs and where it may be deployed; and how any version is put away."""
    live = Deployment.objects.live().filter(version=version)
    stands = Endpoint.objects.filter(deployments__in=live).distinct()
    model = Endpoint.objects.filter(
        deployments__in=Deployment.objects.live_champions().filter(version__model=version.model)
    )
    endpoints = list((model | Endpoint.objects.filter(name=version.model.name)).distinct())
    led = set(live.live_champions().values_list("endpoint", flat=True))
    is_ready = version.status == Status.READY
    order = Order(version=version, by=version.asker)
    return {
        "version": version,
        "offered": [each for each in endpoints if is_ready and each.pk not in led],
        "led": [each for each in endpoints if each.pk in led],
        "preview": preview(endpoints[0], order) if is_ready and endpoints else None,
        "is_ready": is_ready,
        "is_put_away": version.status in PUT_AWAY,
        "is_gone": version.status in {Status.DELETED, Status.INSPECTING},
        "is_deployed": stands.exists(),
        "told": version.reason if is_ready else "",
    }
