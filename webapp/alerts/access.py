"""Which alerts somebody may see: those of the endpoints that they manage."""

from collections.abc import Iterable

from django.contrib.auth.models import AnonymousUser
from django.http import Http404

from webapp.accounts.models import User
from webapp.alerts.models import Alert
from webapp.endpoints.models import Endpoint


def managed(user: User | AnonymousUser, endpoints: Iterable[Endpoint]) -> list[Endpoint]:
    """Return those of some endpoints that `user` may change."""
    return [endpoint for endpoint in endpoints if endpoint.may_be_managed_by(user)]


def alert_of(user: User | AnonymousUser, pk: int) -> Alert:
    """Return an alert of an endpoint that `user` manages. Raise Http404 for any other: absent and not yours are one."""
    found = (
        Alert.objects.select_related("endpoint", "version__model", "window", "acknowledged_by").filter(pk=pk).first()
    )
    if found is None or not found.endpoint.may_be_managed_by(user):
        raise Http404
    return found


def unanswered_count(user: User | AnonymousUser) -> int:
    """Return how many alerts wait for somebody's answer."""
    waiting = Alert.objects.unanswered()
    if isinstance(user, User) and user.is_admin:
        return waiting.count()
    endpoints = Endpoint.objects.filter(pk__in=waiting.values("endpoint"))
    return waiting.filter(endpoint__in=managed(user, endpoints)).count()
