"""The mail server that an address such as `smtp+starttls://user:password@mail.example:587` names."""

from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote, urlsplit

PORTS: Final = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}
NOWHERE: Final = "localhost"


@dataclass(frozen=True, kw_only=True, slots=True)
class SmtpServer:
    """Where mail is handed in, and as whom. The password is in no text of it."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    is_ssl: bool
    is_starttls: bool


def server(url: str) -> SmtpServer:
    """Return the server at an address that `appliance.environment` has let through."""
    address = urlsplit(url)
    return SmtpServer(
        host=address.hostname or NOWHERE,
        port=address.port or PORTS.get(address.scheme, PORTS["smtp"]),
        user=unquote(address.username or ""),
        password=unquote(address.password or ""),
        is_ssl=address.scheme == "smtps",
        is_starttls=address.scheme == "smtp+starttls",
    )
