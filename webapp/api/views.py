"""The page for people who write programs."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from webapp.api.advice import ADVICE
from webapp.endpoints.models import Endpoint
from webapp.trust import authority_of
from worker.contract.errors import STATUS


@require_safe
def programs(request: HttpRequest) -> HttpResponse:
    """Show how programs ask this box, with the endpoints that this person may use."""
    context = {
        "authority": authority_of(request),
        "site": request.build_absolute_uri("/").rstrip("/"),
        "endpoints": Endpoint.objects.visible_to(request.user),
        "codes": [
            {"status": status.value, "code": code.value, "advice": ADVICE[code]}
            for code, status in sorted(STATUS.items(), key=lambda item: item[1])
        ],
    }
    return render(request, "api/programs.html", context)
