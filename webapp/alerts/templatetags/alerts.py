"""What other pages show of alerts: the count in the navigation, those of an endpoint, digests that did not arrive."""

from typing import Any, Final

from django import template
from django.utils import timezone

from webapp.accounts.models import User
from webapp.alerts.access import unanswered_count
from webapp.alerts.deliveries import Delivery
from webapp.alerts.models import Alert
from webapp.alerts.rows import alert_rows, delivery_rows
from webapp.endpoints.models import Endpoint

DELIVERIES_SHOWN: Final = 20

register = template.Library()


@register.inclusion_tag("alerts/_navigation.html")
def alerts_in_navigation(user: User, path: str) -> dict[str, Any]:
    """Show the way to the alerts, with how many wait for an answer."""
    return {"count": unanswered_count(user), "path": path}


@register.inclusion_tag("alerts/_of_endpoint.html")
def alerts_of_endpoint(endpoint: Endpoint) -> dict[str, Any]:
    """Show the open alerts of an endpoint. For its own people only."""
    found = Alert.objects.open().filter(endpoint=endpoint)
    rows = alert_rows(found.select_related("endpoint", "version", "window", "acknowledged_by"))
    return {"endpoint": endpoint, "rows": rows}


@register.inclusion_tag("alerts/_undelivered.html")
def undelivered_digests() -> dict[str, Any]:
    """Show the digests of the last days that did not arrive. For administrators only."""
    found = Delivery.objects.troubled(timezone.now()).select_related("digest__endpoint")[:DELIVERIES_SHOWN]
    return {"deliveries": delivery_rows(found)}
