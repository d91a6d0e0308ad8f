"""How the command is typed: by its path in a checkout, by its name where a release is installed."""

import re
from typing import Final

from appliance.installing.places import DATA, SETTINGS, is_installed, is_installed_release
from appliance.paths import DataDirectory

CHECKOUTS: Final = "./bastide"
TYPED: Final = re.compile(r"(?:sudo )?\./bastide(?= (?P<word>[\w-]+)|$)")
OF_CHECKOUTS: Final = frozenset({"upgrade", "test", "bench"})
"""Commands about the directory in which they are typed, whatever is installed."""

OF_ANYBODY: Final = frozenset({"up", "demo", "check", "job", "bundle", "cloud-init"})
"""Commands that need not be root's; sudo would take the API key from their environment."""


def called(words: str) -> str:
    """Return a command as it is typed here."""
    return typed_here(f"{CHECKOUTS} {words}", is_release=is_installed_release())


def typed_here(text: str, *, is_release: bool) -> str:
    """Return a text with the commands in it as they are typed where a release is installed, or in a checkout."""
    return TYPED.sub(_by_name, text) if is_release else text


def _by_name(found: re.Match[str]) -> str:
    if found["word"] in OF_CHECKOUTS:
        return found[0]
    return "bastide" if found["word"] in OF_ANYBODY else "sudo bastide"


def start_hint(data: DataDirectory) -> str:
    """Return what to do where there is no box in a data directory: another one may be installed on this machine."""
    if SETTINGS.exists() and not is_installed(data):
        return f"for the box that is installed on this machine, in {DATA.root}, type sudo bastide in place of ./bastide"
    return f"start it once with {called('up')}, or name its directory with --data-dir"
