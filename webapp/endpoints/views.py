"""The home page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from webapp.accounts.models import User
from webapp.accounts.passwords import has_first_password
from webapp.endpoints.cards import card
from webapp.endpoints.liveness import inference_answers
from webapp.endpoints.models import Endpoint
from webapp.endpoints.wording import State


def home(request: HttpRequest) -> HttpResponse:
    """Show the endpoints that this user may use, each with what it predicts."""
    now, is_computing = timezone.now(), inference_answers()
    endpoints = Endpoint.objects.visible_to(request.user).with_champion()
    cards = [card(endpoint, now, is_computing=is_computing) for endpoint in endpoints]
    answering = sum(each.state == State.ANSWERS for each in cards)
    may_publish = isinstance(request.user, User) and request.user.may_publish
    context = {
        "cards": cards,
        "answering": answering,
        "may_publish": may_publish,
        "has_first_password": has_first_password(request.user.get_username()),
    }
    return render(request, "endpoints/home.html", context)
