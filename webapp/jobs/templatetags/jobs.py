"""The card on an endpoint's page from which many rows are answered at once: the page itself knows nothing of jobs."""

from typing import Any

from django import template
from django.conf import settings

from webapp.endpoints.models import Endpoint
from webapp.predictions.numbers import size_words

register = template.Library()


@register.inclusion_tag("jobs/_start.html")
def start_job(endpoint: Endpoint, problem: str = "") -> dict[str, Any]:
    """Let a file be chosen, and say beforehand what is taken and how long it is kept."""
    bytes_max = settings.UPLOAD_BYTES_MAX
    return {
        "endpoint": endpoint,
        "problem": problem,
        "bytes_max": bytes_max,
        "size_max": size_words(bytes_max),
        "days": settings.JOB_DAYS,
    }
