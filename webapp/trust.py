"""Which file a program needs to trust the box, where the box vouches for itself."""

from typing import Final

from django.conf import settings
from django.http import HttpRequest

AUTHORITY: Final = "bastide-ca.crt"
"""As `/trust/` offers it; it is there only while the box vouches for itself."""


def authority_of(request: HttpRequest) -> str:
    """Return the name of the authority's file; nothing without TLS, or where somebody else signed the certificate."""
    return AUTHORITY if request.is_secure() and (settings.TRUST_DIR / AUTHORITY).is_file() else ""
