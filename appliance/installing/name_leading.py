"""Where the box's name leads, as far as this machine can see it."""

import ipaddress
import socket
from contextlib import suppress
from pathlib import Path
from typing import Final

from appliance.checks.check import Check, Status
from appliance.checks.words import NOTHING, Words
from appliance.environment import outward_address

HOSTS: Final = Path("/etc/hosts")
LOCALHOST: Final = "localhost"


def check_name(host: str) -> Check:
    """Check whether the box's name leads to this machine."""
    try:
        found = {str(where[0]).partition("%")[0] for *_, where in socket.getaddrinfo(host, None)}
    except OSError:
        found = set()
    return judge_name(host, found, own={each for each in found if _is_own(each)}, written=written_here(host))


def written_here(host: str) -> set[str]:
    """Return the addresses to which the machine's own file leads a name, whatever the network's DNS says of it."""
    try:
        lines = [line.partition("#")[0].split() for line in HOSTS.read_text(errors="replace").splitlines()]
    except OSError:
        return set()
    return {line[0] for line in lines if host.lower() in map(str.lower, line[1:])}


def judge_name(host: str, found: set[str], *, own: set[str], written: set[str]) -> Check:
    """Return the check for a name that leads to these addresses, of which some are this machine's `own`.

    `written`: those that its own file gives the name, as Debian gives the machine's full name 127.0.1.1: where it leads
    colleagues can then not be told from here.
    """
    loopback = {each for each in found if ipaddress.ip_address(each).is_loopback}
    if loopback and loopback <= written and host != LOCALHOST:
        measured = Words("leads to {addresses} in {file}, so that the network's DNS cannot be seen from here",
                         addresses=", ".join(sorted(loopback)), file=str(HOSTS))  # fmt: skip  # one thing a line
        return _check(host, measured, Status.SKIPPED, _elsewhere(host, min(loopback)))
    leads = Words("leads to {addresses}", addresses=", ".join(sorted(found))) if found else Words("leads nowhere")
    if own and not loopback:
        return _check(host, leads, Status.PASSED)
    return _check(host, leads, Status.WARNING, _entered(host))


def _elsewhere(host: str, loopback: str) -> Words:
    """Return where to look instead."""
    address = outward_address()
    if address is None:
        return Words("look from another computer whether {host} leads to this machine", host=host)
    return Words(
        "look from another computer whether {host} leads to {address}; or write {address} in the place of {loopback}",
        host=host,
        address=address,
        loopback=loopback,
    )


def _entered(host: str) -> Words:
    """Return what is to be done for a name, or an address, that does not lead here."""
    with suppress(ValueError):
        ipaddress.ip_address(host)
        return Words("give this machine the address {host}, or install with one that it has: --name ADDRESS", host=host)
    return Words("have the name {host} entered in the network's DNS, or install with another --name", host=host)


def _is_own(address: str) -> bool:
    """Return whether an address belongs to this machine: whether it can be listened on."""
    family = socket.AF_INET6 if ipaddress.ip_address(address).version == 6 else socket.AF_INET  # IPv6
    with socket.socket(family) as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return False
    return True


def _check(host: str, measured: Words, status: Status, hint: Words = NOTHING) -> Check:
    return Check(
        id="name",
        title=Words("Name {host}", host=host),
        measured=measured,
        needed=Words("leads to this machine, for colleagues too"),
        status=status,
        hint=hint,
    )
