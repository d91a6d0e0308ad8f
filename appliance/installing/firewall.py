"""The bound on the connections of one address: a table of its own in the kernel, and nobody else's rules."""

from collections.abc import Callable
from typing import Final

from appliance import command
from appliance.environment import CONNECTIONS_MAX, CONNECTIONS_MAX_DEFAULT, OFF
from appliance.errors import CommandFailed
from appliance.installing import settings
from appliance.installing.places import ETC, UNIT_FILES
from appliance.installing.placing import place

CONFIGURATION: Final = ETC / "firewall.nft"
SERVICE: Final = "bastide-firewall.service"
NFT: Final = "/usr/sbin/nft"
"""Debian's; the PATH of somebody who is not root leaves it out."""

TABLE: Final = ("inet", "bastide")
TIMEOUT_S: Final = 20.0


def connections_max() -> int | None:
    """Return how many connections one address may hold; None where the settings switch that off.

    What cannot be meant is a finding of its own, and here neither no bound nor one that lets nobody in.
    """
    said = settings.read().get(CONNECTIONS_MAX, "").lower()
    if said == OFF:
        return None
    return (int(said) if said.isdecimal() else 0) or int(CONNECTIONS_MAX_DEFAULT)


def text(most: int) -> str:
    """Return what nft is given."""
    return (UNIT_FILES / "firewall.nft").read_text().replace("@CONNECTIONS_MAX@", str(most))


def place_firewall(say: Callable[[str], None]) -> bool:
    """Write what nft is given, or take it away where no bound is wanted. Say so where this kernel cannot keep one."""
    most = connections_max()
    if most is None:
        is_there = CONFIGURATION.exists()
        CONFIGURATION.unlink(missing_ok=True)
        return is_there
    is_new = place(CONFIGURATION, text(most))
    if why := problem():
        say(f"  warning: This kernel bounds no connections, so one address may hold all of them: {why}")
    return is_new


def wanted() -> tuple[str, ...]:
    """Return its unit where the settings want a bound and the kernel can keep one; nothing elsewhere."""
    return (SERVICE,) if CONFIGURATION.exists() and not problem() else ()


def problem() -> str:
    """Return why the kernel does not take the table, in nft's words; nothing where it does, which changes nothing."""
    try:
        command.run([NFT, "--check", "--file", str(CONFIGURATION)], timeout_s=TIMEOUT_S)
    except CommandFailed as error:
        return (error.message.partition(":\n")[2] or error.message).splitlines()[0]
    return ""


def is_loaded() -> bool:
    """Return whether the kernel has the table. Only root may ask."""
    try:
        command.run([NFT, "list", "table", *TABLE], timeout_s=TIMEOUT_S)
    except CommandFailed:
        return False
    return True
