"""The part of the audit trail that concerns one model, for its page."""

from typing import Any, Final

from django import template

from webapp.audit.models import AuditEvent

EVENTS_SHOWN: Final = 20

register = template.Library()


@register.inclusion_tag("audit/_events.html")
def model_events(name: str) -> dict[str, Any]:
    """Show what happened to a model and its versions lately."""
    return {"events": AuditEvent.objects.about_model(name)[:EVENTS_SHOWN]}
