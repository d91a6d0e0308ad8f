"""`/metrics/health`: the health of the endpoints that whoever asks manages, for Prometheus.

Unlike `/metrics`, which tells how much is asked, it tells how good models are: it wants a key.
"""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from ninja.errors import AuthenticationError

from webapp.accounts.models import User
from webapp.alerts.access import managed
from webapp.alerts.health_metrics import CONTENT_TYPE, render
from webapp.api.authentication import KeyAuthentication
from webapp.endpoints.models import Endpoint

REFUSED = b"# Send the header 'Authorization: Bearer KEY'; keys are made on the page 'API keys'.\n"


@login_not_required
@require_safe
@never_cache
def health_metrics(request: HttpRequest) -> HttpResponse:
    """Return the text exposition. An administrator's key sees every endpoint, and what became of digests."""
    user = _asking(request)
    if user is None:
        answer = HttpResponse(REFUSED, content_type="text/plain; charset=utf-8", status=401)
        answer["WWW-Authenticate"] = "Bearer"
        return answer
    endpoints = managed(user, Endpoint.objects.filter(is_active=True))
    return HttpResponse(render(endpoints, timezone.now(), with_digests=user.is_admin), content_type=CONTENT_TYPE)


def _asking(request: HttpRequest) -> User | None:
    """Return the user of a key or, for a look with a browser, of a session; a session does not mend a wrong key."""
    try:
        found = KeyAuthentication()(request)
    except AuthenticationError:
        return None
    if isinstance(found, User):
        return found
    return request.user if isinstance(request.user, User) and request.user.is_active else None
