"""Pages about one's own account: password, API keys, and how the site looks."""

from datetime import timedelta
from typing import Final

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import PasswordChangeForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from webapp.accounts.forms import KeyForm
from webapp.accounts.models import ApiKey, User
from webapp.theme import THEME_COOKIE, Theme
from webapp.trust import authority_of

THEME_AGE: Final = timedelta(days=365)
FRESH_KEY: Final = "fresh_key"
"""Where the session holds a new key's text from its making to its showing."""


def person(request: HttpRequest) -> User:
    """Return who asks. Every view here stands behind the log-in."""
    assert isinstance(request.user, User), "The log-in middleware lets only users through"
    return request.user


@sensitive_post_parameters()
def change_password(request: HttpRequest) -> HttpResponse:
    """Change one's own password; other sessions end, this one stays."""
    form = PasswordChangeForm(person(request), request.POST or None)
    if request.method == "POST" and form.is_valid():
        update_session_auth_hash(request, form.save())
        messages.success(request, _("Your password is changed."))
        return redirect("home")
    return render(request, "accounts/change_password.html", {"form": form})


@never_cache
def keys(request: HttpRequest) -> HttpResponse:
    """List one's API keys, and make a new one. Its text is shown once: loading the page again makes and shows none."""
    user = person(request)
    form = KeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        _key, request.session[FRESH_KEY] = ApiKey.objects.create_key(user, form.cleaned_data["label"])
        return redirect("keys")
    text = request.session.pop(FRESH_KEY, None) if request.method == "GET" else None
    shown = user.api_keys.filter(revoked_at__isnull=True)
    site = request.build_absolute_uri("/").rstrip("/")
    context = {"keys": shown, "form": form, "text": text, "site": site, "authority": authority_of(request)}
    return render(request, "accounts/keys.html", context)


def revoke_key(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask whether to revoke one of one's own keys, and do it."""
    key = get_object_or_404(person(request).api_keys, pk=pk, revoked_at__isnull=True)
    if request.method != "POST":
        return render(request, "accounts/revoke_key.html", {"key": key})
    key.revoke(timezone.now())
    messages.success(request, _("The key is revoked: whoever uses it is refused from now on."))
    return redirect("keys")


@login_not_required
@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Keep the choice of light or dark in a cookie and go back."""
    response = redirect(_safe_next(request))
    choice = request.POST.get("theme", "")
    if choice in {Theme.LIGHT, Theme.DARK}:
        response.set_cookie(
            THEME_COOKIE,
            choice,
            max_age=THEME_AGE,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
        )
    else:
        response.delete_cookie(THEME_COOKIE, samesite="Lax")
    return response


def _safe_next(request: HttpRequest) -> str:
    target = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if is_ours else "home"
