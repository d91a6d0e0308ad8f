"""What this machine is to the people around it: the names by which browsers ask for it, and its time zone."""

import socket
from collections.abc import Iterable, Iterator
from pathlib import Path
from zoneinfo import available_timezones

import psutil

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
EVERY_ADDRESS = frozenset({"", "*", "0.0.0.0", "::", "[::]"})  # noqa: S104  # compared with, never bound to


def allowed_hosts(public_host: str, bind_host: str) -> list[str]:
    """Return the Host headers that the site answers: its public name, this machine's names, loopback, where it listens.

    A box that listens on every address is reached by each of them.
    """
    name = socket.gethostname()
    hosts = [public_host, *LOOPBACK, name, name.partition(".")[0], f"{name.partition('.')[0]}.local"]
    hosts += addresses() if bind_host in EVERY_ADDRESS else [bind_host]
    return list(dict.fromkeys(host.lower() for host in hosts if host))


def in_header(names: Iterable[str]) -> list[str]:
    """Return names and IP addresses as they stand in a Host header."""
    return [f"[{name}]" if ":" in name else name.lower() for name in names]


def addresses() -> Iterator[str]:
    """Yield the IP addresses of this machine as they stand in a Host header."""
    for interface in psutil.net_if_addrs().values():
        for address in interface:
            if address.family == socket.AF_INET:
                yield address.address
            elif address.family == socket.AF_INET6:
                yield f"[{address.address.partition('%')[0]}]"


def time_zone(link: Path = Path("/etc/localtime")) -> str:
    """Return the name of the time zone that `link` points to, in which pages tell times; UTC when it names none."""
    name = str(link.resolve()).partition("/zoneinfo/")[2]
    return name if name in available_timezones() else "UTC"
