"""The form by which two versions of a model are chosen to be compared."""

from typing import Any

from django import template

from webapp.endpoints.models import Deployment
from webapp.registry.comparing import comparable
from webapp.registry.models import RegisteredModel

register = template.Library()


@register.inclusion_tag("catalogue/_choose_versions.html")
def choose_versions(model: RegisteredModel, old: int = 0, new: int = 0) -> dict[str, Any]:
    """Let two versions be chosen; where none are chosen yet, the newest and the one that answers, or the one before."""
    numbers = [version.number for version in comparable(model)]
    if len(numbers) > 1:
        champions = Deployment.objects.live_champions().filter(version__model=model)
        answering = set(champions.values_list("version__number", flat=True)) & set(numbers[1:])
        old, new = old or max(answering, default=numbers[1]), new or numbers[0]
    return {"model": model, "numbers": numbers, "old": old, "new": new}
