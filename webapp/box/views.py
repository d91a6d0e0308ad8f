"""The page about the box: everybody sees whether it is well, an administrator sees why."""

from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from webapp.accounts.models import User
from webapp.box.box import Check, checks, findings, resources, services
from webapp.box.wording import Meter, box_sentence, check_rows, failed_titles, meters, models_meter, service_rows
from webapp.endpoints.admission import used_bytes


@require_safe
@never_cache
def box(request: HttpRequest) -> HttpResponse:
    """Show how the box is."""
    found, is_admin = services(), sees_details(request)
    context: dict[str, Any] = {"sentence": box_sentence(found, judged(request)), "services": service_rows(found)}
    if is_admin:
        report, look = checks(), findings()
        context |= {"meters": all_meters(), "report": report, "checks": check_rows(report.results)}
        context |= {"failed": failed_titles(report.results), "look": look, "findings": check_rows(look.results)}
    return render(request, "box/box.html", context)


@require_safe
@never_cache
def box_now(request: HttpRequest) -> JsonResponse:
    """Return what moves on the page, in the words in which the page shows it."""
    found = services()
    shown: tuple[Meter, ...] = all_meters() if sees_details(request) else ()
    sentence = box_sentence(found, judged(request))
    return JsonResponse(
        {
            "sentence": sentence.words,
            "state": sentence.state,
            "services": [asdict(row) for row in service_rows(found)],
            "meters": [asdict(meter) for meter in shown],
        }
    )


def judged(request: HttpRequest) -> tuple[Check, ...]:
    """Return the checks that the first line of the page tells of: those of the last look, before one of the start."""
    if not sees_details(request):
        return ()
    return findings().results or checks().results


def all_meters() -> tuple[Meter, ...]:
    """Return what the machine has, and what of it is for models, in words."""
    return (*meters(resources()), models_meter(used_bytes(), settings.MODEL_MEMORY_BYTES))


def sees_details(request: HttpRequest) -> bool:
    """Return whether the person may know figures, not only states."""
    return isinstance(request.user, User) and request.user.is_admin
