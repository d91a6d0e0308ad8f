"""How a process logs in to Redis: by the socket alone, or in an installed box as the ACL user of its plane too.

systemd hands each service its plane's login as a credential, a file `queue` with the user and the password in it.
"""

import os
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import quote

CREDENTIAL: Final = "queue"


@dataclass(frozen=True, slots=True)
class QueueLogin:
    """An ACL user of Redis and its password."""

    user: str
    password: str = field(repr=False)

    @property
    def command(self) -> tuple[str, str, str]:
        """The command that logs a connection in."""
        return "AUTH", self.user, self.password


@cache
def queue_login() -> QueueLogin | None:
    """Return the login of this process; None where the socket is enough. Raise ValueError for one that is broken."""
    directory = os.environ.get("CREDENTIALS_DIRECTORY")
    path = Path(directory, CREDENTIAL) if directory else None
    if path is None or not path.exists():
        return None
    user, _, password = path.read_text().strip().partition(" ")
    if not user or not password:
        msg = f"The credential {CREDENTIAL!r} does not hold a user and a password."
        raise ValueError(msg)
    return QueueLogin(user, password)


def broker_url(socket: Path) -> str:
    """Return the address of Redis as Celery wants it."""
    login = queue_login()
    prefix = f"{quote(login.user, safe='')}:{quote(login.password, safe='')}@" if login else ""
    return f"redis+socket://{prefix}{socket}"
