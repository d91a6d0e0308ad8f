"""Who asks from a browser: a session and the token of its CSRF cookie, whatever the body says that it is."""

import asyncio

import pytest
from django.middleware.csrf import get_token
from django.test import Client, RequestFactory

from webapp.gateway import browser

pytestmark = pytest.mark.django_db(transaction=True)


def user_of(client: Client | None, *, token: str = "", content_type: str = "application/json") -> int:
    """Return who a request of this client is from, with its cookies and this token."""
    headers = [(b"content-type", content_type.encode()), (b"host", b"testserver"), (b"x-csrftoken", token.encode())]
    if client is not None:
        cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
        headers.append((b"cookie", cookies.encode()))
    scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": headers}
    return asyncio.run(browser.user_of(scope))


@pytest.fixture
def token(as_bob: Client) -> str:
    """Return the token of the cookie that Bob's browser has."""
    request = RequestFactory().get("/")
    token = get_token(request)
    as_bob.cookies["csrftoken"] = request.META["CSRF_COOKIE"]
    return token


def test_without_a_session_it_is_nobody(db):
    assert user_of(None) == browser.NOBODY
    assert user_of(Client()) == browser.NOBODY


def test_a_session_without_its_token_is_forged(as_bob, token):
    assert user_of(as_bob) == browser.FORGED
    assert user_of(as_bob, token="x" * 32) == browser.FORGED


def test_a_session_with_its_token_is_its_user(bob, as_bob, token):
    assert user_of(as_bob, token=token) == bob.pk


@pytest.mark.parametrize("content_type", ["multipart/form-data", "multipart/form-data; boundary=\u00e9"])
def test_a_body_that_claims_to_be_a_form_is_not_looked_into(as_bob, token, content_type):
    assert user_of(as_bob, content_type=content_type) == browser.FORGED
