"""Accounts and keys from the terminal, through the control plane's own commands."""

from typing import Final

from appliance import lock
from appliance.calling import start_hint
from appliance.errors import ApplianceError
from appliance.paths import DataDirectory
from appliance.steps import manage

ROLES: Final = ("user", "publisher", "admin")


def create_key(data: DataDirectory, user: str, label: str) -> str:
    """Return a new key of the user; it cannot be shown again."""
    return managed(data, "create_key", "--user", user, "--label", label)


def add_user(data: DataDirectory, name: str, role: str) -> str:
    """Return the password that was made for the new account."""
    return managed(data, "add_user", name, "--role", role)


def managed(data: DataDirectory, *arguments: str) -> str:
    """Return what a command of the control plane printed, of a box that is there."""
    if not data.database.exists():
        message = f"There is no box in {data.root}."
        raise ApplianceError(message, start_hint(data))
    running = lock.holder(data)
    return manage(data, *arguments, **({"url": running.url} if running else {})).strip()
