"""Who asks the API: an API key in the header, or the session of a logged-in browser."""

from datetime import timedelta
from typing import Final

from django.http import HttpRequest
from django.utils import timezone
from ninja.errors import AuthenticationError
from ninja.security import HttpBearer, SessionAuth

from webapp.accounts.models import ApiKey, User

USE_NOTED_EVERY: Final = timedelta(minutes=1)
"""A key in constant use writes its time of use no more often."""


class KeyAuthentication(HttpBearer):
    """`Authorization: Bearer KEY`."""

    def authenticate(self, request: HttpRequest, token: str) -> User:
        """Return the user of a live key. Raise AuthenticationError otherwise: a session does not mend a wrong key."""
        key = ApiKey.objects.find(token)
        if key is None:
            raise AuthenticationError
        now = timezone.now()
        if key.last_used_at is None or now - key.last_used_at > USE_NOTED_EVERY:
            ApiKey.objects.mark_used([key.digest], now)
        request.user = key.user
        return key.user


class BrowserAuthentication(SessionAuth):
    """The session of a browser, whose requests must come from our own pages."""

    def _get_key(self, request: HttpRequest) -> str | None:
        # Whoever has no session is told to log in, and not of a check that only sessions need.
        return super()._get_key(request) if request.user.is_authenticated else None


AUTHENTICATION: Final = [KeyAuthentication(), BrowserAuthentication()]
