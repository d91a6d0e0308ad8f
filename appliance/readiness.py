"""Asks the box whether it answers."""

import errno
import http.client
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from appliance.environment import Address

PROBE_TIMEOUT_S: Final = 3.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Readiness:
    """What `/readyz` said: whether the box is ready, and its words when it is not."""

    is_ready: bool
    said: str


def probe(address: Address) -> Readiness:
    """Return what the box says of itself at this moment."""
    connection = http.client.HTTPConnection(address.reachable_host, address.port, timeout=PROBE_TIMEOUT_S)
    try:
        connection.request("GET", "/readyz")
        response = connection.getresponse()
        return Readiness(is_ready=response.status == 200, said=response.read().decode(errors="replace"))
    except (OSError, http.client.HTTPException) as error:
        return Readiness(is_ready=False, said=f"no answer ({error})")
    finally:
        connection.close()


def socket_answers(path: Path) -> bool:
    """Return whether a process listens on the unix socket."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1.0)
        # A listener that is too busy to accept is there all the same.
        return connection.connect_ex(str(path)) not in {errno.ENOENT, errno.ECONNREFUSED}
