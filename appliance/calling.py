"""How the command is typed: by its path in a checkout, by its name where a release is installed."""

from typing import Final

from appliance.installing.places import is_installed_release

CHECKOUTS: Final = "./bastide"
INSTALLED: Final = "sudo bastide"


def called(words: str) -> str:
    """Return a command as it is typed here."""
    return f"{INSTALLED if is_installed_release() else CHECKOUTS} {words}"
