"""Accounts and keys from the terminal, through the control plane's own commands."""

from typing import Final

from appliance import lock
from appliance.calling import start_hint
from appliance.errors import ApplianceError
from appliance.installing import settings
from appliance.installing.places import is_installed
from appliance.keeping.noting import account
from appliance.paths import DataDirectory
from appliance.steps import manage

ROLES: Final = ("user", "publisher", "admin")
TYPED_BY: Final = "--machine-account"
"""How the control plane's commands are told in whose terminal they were typed, for the audit trail."""


def create_key(data: DataDirectory, user: str, label: str) -> str:
    """Return a new key of the user; it cannot be shown again."""
    return managed(data, "create_key", "--user", user, "--label", label, TYPED_BY, account())


def add_user(data: DataDirectory, name: str, role: str) -> str:
    """Return the password that was made for the new account."""
    return managed(data, "add_user", name, "--role", role, TYPED_BY, account())


def first_log_in(data: DataDirectory, name: str) -> str:
    """Return what to tell whoever gets a new account's password."""
    running = lock.holder(data)
    url = settings.read().get("BASTIDE_PUBLIC_URL", "") if is_installed(data) else running.url if running else ""
    where = f" at {url}" if url else ""
    return f"{name} logs in{where} with this password, and changes it under the name at the top right."


def managed(data: DataDirectory, *arguments: str) -> str:
    """Return what a command of the control plane printed, of a box that is there."""
    if not data.database.exists():
        message = f"There is no box in {data.root}."
        raise ApplianceError(message, start_hint(data))
    running = lock.holder(data)
    return manage(data, *arguments, **({"url": running.url} if running else {})).strip()
