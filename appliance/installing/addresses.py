"""The addresses of the front: those of IPv6 only where the kernel has it, else systemd would open none of them."""

import re
from pathlib import Path
from typing import Final

from appliance import proxy

IF_INET6: Final = Path("/proc/self/net/if_inet6")
"""It is not there on a kernel without IPv6, such as one that was started with ipv6.disable=1, whatever network asks."""

IPV6_OPENED: Final = re.compile(r"^ListenStream=\[.*\n", re.MULTILINE)
HANDED_OVER: Final = re.compile(r"^Environment=NGINX=.*$", re.MULTILINE)


def has_ipv6() -> bool:
    """Return whether this kernel has IPv6."""
    return IF_INET6.exists()


def usable(addresses: tuple[str, ...]) -> tuple[str, ...]:
    """Return the addresses with a port that can be listened at."""
    return addresses if has_ipv6() else tuple(each for each in addresses if not each.startswith("["))


def of_this_kernel(unit: str) -> str:
    """Return a unit file as this kernel wants it."""
    if has_ipv6():
        return unit
    count = len(usable(proxy.LISTEN_PLAIN + proxy.LISTEN_TLS))
    numbers = ":".join(str(proxy.FIRST_SOCKET + each) for each in range(count))
    return HANDED_OVER.sub(f"Environment=NGINX={numbers};", IPV6_OPENED.sub("", unit))
