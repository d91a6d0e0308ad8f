"""What the address of a mail server says."""

import pytest

from webapp import smtp


@pytest.mark.parametrize(
    ("url", "port", "is_ssl", "is_starttls"),
    [
        ("smtp://mail.example", 25, False, False),
        ("smtps://mail.example", 465, True, False),
        ("smtp+starttls://mail.example", 587, False, True),
        ("smtp+starttls://mail.example:2525", 2525, False, True),
    ],
)
def test_how_a_server_is_spoken_to(url, port, is_ssl, is_starttls):
    found = smtp.server(url)
    assert (found.host, found.port, found.is_ssl, found.is_starttls) == ("mail.example", port, is_ssl, is_starttls)


def test_a_password_is_unquoted_and_shown_in_no_text():
    found = smtp.server("smtps://ada%40example.org:a%2Fb@mail.example")
    assert (found.user, found.password) == ("ada@example.org", "a/b")
    assert "a/b" not in repr(found)


def test_no_address_is_nowhere():
    assert (smtp.server("").host, smtp.server("").user) == ("localhost", "")
