"""The logins to the box's Redis: one for each plane that uses it, and one for whoever looks after it."""

import hashlib
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from appliance import command
from appliance.environment import handed_over
from appliance.errors import CommandFailed
from appliance.installing.places import CREDENTIALS, LANE

USERS: Final = ("control", "data", "care")
"""The ACL users in `systemd/redis.conf`."""

SOCKET: Final = LANE / "redis.sock"
PASSWORD_BYTES: Final = 32
TIMEOUT_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class Login:
    """An ACL user and its password."""

    user: str
    password: str = field(repr=False)

    @property
    def password_sha256(self) -> str:
        """What Redis knows of the password: hexadecimal, as its ACL has it behind `#`."""
        return hashlib.sha256(self.password.encode()).hexdigest()


def login_file(user: str) -> Path:
    """Return the file that systemd gives to the services of a plane."""
    return CREDENTIALS / f"queue-{user}"


def new_login(user: str) -> str:
    """Return the content of the file of a new login (worker/contract/queue_login.py reads it)."""
    return f"{user} {secrets.token_urlsafe(PASSWORD_BYTES)}"


def login(user: str) -> Login:
    """Return the login of a plane. Raise OSError where there is none, or for whoever may not read it."""
    name, _, password = handed_over(login_file(user)).read_text().strip().partition(" ")
    return Login(name, password)


def ask(*arguments: str) -> str:
    """Return what `redis-cli` printed for who looks after Redis. Raise CommandFailed where it, or the login, fails."""
    try:
        care = login("care")
    except OSError as error:
        message = f"The login to Redis cannot be read: {error}."
        raise CommandFailed(message, "sudo bastide install makes it anew") from error
    argv = ["redis-cli", "-s", str(SOCKET), "--user", care.user, "--no-auth-warning", "--raw", *arguments]
    # Not on the command line, which everybody may read.
    return command.run(argv, timeout_s=TIMEOUT_S, environment={**os.environ, "REDISCLI_AUTH": care.password})
