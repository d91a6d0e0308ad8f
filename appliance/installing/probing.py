"""Asks an installed box as a client would: by TLS, under its name, trusting nothing but its own certificate."""

import http.client
import socket
import time
from pathlib import Path
from typing import Final

from appliance.errors import ApplianceError
from appliance.installing import settings
from appliance.reaching import HERE, connection_to

TIMEOUT_S: Final = 5.0
POLL_S: Final = 0.3
LOGIN: Final = "/login/"


def ask(host: str, path: str, patience_s: float = TIMEOUT_S) -> tuple[int, str]:
    """Return the status and the body of an answer; status 0 and why where there is none.

    Raise NoWayOut where this process has no network, and the relay does not take it there.
    """
    connection = connection_to(settings.address_of(host), min(patience_s, TIMEOUT_S))
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read().decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        return 0, f"no answer ({error})"
    finally:
        connection.close()


def ask_at(path: Path, host: str, url: str, timeout_s: float = TIMEOUT_S) -> tuple[int, str]:
    """Return what is answered at a socket of the site itself, asked as its front asks; status 0 and why for nothing."""
    connection = http.client.HTTPConnection(host, timeout=timeout_s)
    try:
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.settimeout(timeout_s)
        connection.sock.connect(str(path))
        connection.request("GET", url, headers={"X-Forwarded-Proto": "https", "X-Forwarded-For": HERE})
        response = connection.getresponse()
        return response.status, response.read().decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        return 0, str(error) or type(error).__name__
    finally:
        connection.close()


def wait_until_ready(host: str, timeout_s: float) -> None:
    """Return when the box answers predictions and shows its login page. Raise when it does not in time."""
    deadline_s = time.monotonic() + timeout_s
    while (ready := ask(host, "/readyz"))[0] != http.client.OK:
        if time.monotonic() > deadline_s:
            message = f"The box did not become ready within {timeout_s:.0f} s: {ready[1][:500]}"
            raise ApplianceError(message, "journalctl -u 'bastide*' -n 50 tells why; then run the same command again")
        time.sleep(POLL_S)
    if (login := ask(host, LOGIN))[0] != http.client.OK:
        message = f"The login page answers {login[0]}: {login[1][:300]}"
        raise ApplianceError(message, "journalctl -u bastide-web -n 50 tells why")
