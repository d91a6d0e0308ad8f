"""The home page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from webapp.endpoints.models import Endpoint


def home(request: HttpRequest) -> HttpResponse:
    """Show the endpoints that this user may use, each with what it predicts."""
    endpoints = Endpoint.objects.visible_to(request.user).with_champion()
    return render(request, "endpoints/home.html", {"endpoints": endpoints})
