"""Connections to a box: to one elsewhere as any client's, to this machine's own wherever its name leads."""

import http.client
import socket
from urllib.parse import urlsplit

from appliance import environment
from appliance.installing import settings
from appliance.installing.places import TLS
from appliance.relaying import relayed
from appliance.tls.directory import File
from appliance.tls.trusting import trusting

HERE = "127.0.0.1"


def here(port: int, timeout_s: float) -> socket.socket:
    """Return a connection to a port of this machine: by the relay where this process has no network.

    Raise OSError where nobody answers there, NoWayOut where that cannot be known.
    """
    relay = environment.relay()
    return relayed(relay, f"{HERE}:{port}", timeout_s) if relay else socket.create_connection((HERE, port), timeout_s)


class OwnConnection(http.client.HTTPSConnection):
    """Reaches the box on this machine, by TLS and under its name, though that may lead nowhere from here."""

    def __init__(self, host: str, timeout_s: float) -> None:
        self._tls = trusting()
        if (authority := TLS / File.AUTHORITY).exists():
            self._tls.load_verify_locations(authority)
        self._patience_s = timeout_s
        super().__init__(host, timeout=timeout_s, context=self._tls)

    def connect(self) -> None:
        """Connect to this machine, and check the certificate for the box's name."""
        self.sock = self._tls.wrap_socket(here(self.port, self._patience_s), server_hostname=self.host)


def connection_to(url: str, timeout_s: float) -> http.client.HTTPConnection:
    """Return a connection to the box at this address, which is made when it is used."""
    address = urlsplit(url)
    host = address.hostname or ""
    if address.scheme != "https":
        return http.client.HTTPConnection(host, address.port, timeout=timeout_s)
    if address.port is None and host in settings.names():
        return OwnConnection(host, timeout_s)
    return http.client.HTTPSConnection(host, address.port, timeout=timeout_s)
