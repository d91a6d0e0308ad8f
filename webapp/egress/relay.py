"""Relays connections to hosts that an administrator named, and to no others: `python -m webapp.egress.relay`.

The control worker has no network, nor have the tasks that renew the certificate and look at the box. They connect here
by a unix socket and say where to, in a line `CONNECT host:port`; the answer is a line too, `OK` or why not, and then
bytes go both ways. TLS is between them and the host: nothing that is secret can be read here. The standard library
alone, and neither database nor settings of the site. While its loop runs it tells systemd so.
"""

import asyncio
import os
import socket
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from worker.contract import service_manager

LINE_BYTES_MAX: Final = 512
READ_BYTES: Final = 1 << 16
CONNECT_TIMEOUT_S: Final = 5.0
IDLE_S: Final = 60.0
FIRST_INHERITED: Final = 3
WEB_PORTS: Final = (80, 443)
ACME_HOSTS: Final = "BASTIDE_ACME_HOSTS="
"""How the file begins that says which hosts an ACME server was reached at (appliance/tls/acme/account.py)."""

MAIL_PORTS: Final = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}

Target = tuple[str, int]

FRONT: Final = frozenset(("127.0.0.1", port) for port in WEB_PORTS)
"""The box's own front, which the hourly look asks as a client does. Everybody may ask it."""


def main() -> None:
    """Serve the socket that systemd opened, with what the environment and the credentials allow."""
    acme_hosts = _credential("acme-hosts").removeprefix(ACME_HOSTS)
    hosts = f"{os.environ.get('BASTIDE_WEBHOOK_HOSTS', '')},{acme_hosts}"
    allowed = targets(hosts, _credential("smtp-url"), _credential("mlflow-uri"))
    asyncio.run(serve(socket.socket(fileno=FIRST_INHERITED), allowed | FRONT))


def _credential(name: str) -> str:
    """Return an address that systemd keeps for this service, or nothing."""
    directory = os.environ.get("CREDENTIALS_DIRECTORY")
    file = Path(directory, name) if directory else None
    return file.read_text().strip() if file is not None and file.exists() else ""


def targets(web_hosts: str, smtp_url: str, mlflow_uri: str = "") -> frozenset[Target]:
    """Return where may be connected to: hosts without a port at the ports of the web, the servers at their own."""
    found: set[Target] = set()
    for host in filter(None, (part.strip() for part in web_hosts.split(","))):
        address = urlsplit(f"//{host}")
        ports = (address.port,) if address.port else WEB_PORTS
        found |= {(address.hostname or "", port) for port in ports}
    if smtp_url:
        address = urlsplit(smtp_url)
        found.add((address.hostname or "", address.port or MAIL_PORTS.get(address.scheme, 25)))
    if mlflow_uri:
        address = urlsplit(mlflow_uri)
        found.add((address.hostname or "", address.port or (443 if address.scheme == "https" else 80)))
    return frozenset(found)


async def serve(listener: socket.socket, allowed: Collection[Target]) -> None:
    """Relay for ever."""

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await _relay(reader, writer, allowed)
        finally:
            writer.close()

    # The one for Unix sockets looks at the socket's path from Python 3.13 on, which this service may not see.
    server = await asyncio.start_server(relay, sock=listener, limit=LINE_BYTES_MAX)
    service_manager.notify(service_manager.READY)
    signs = asyncio.create_task(_sign_for_ever(service_manager.watched_every_s()))
    try:
        async with server:
            await server.serve_forever()
    finally:
        signs.cancel()


async def _sign_for_ever(watched_every_s: float | None) -> None:
    """Give signs of life by the loop itself: a thread would give them though nobody is served."""
    while watched_every_s is not None:
        service_manager.notify(service_manager.ALIVE)
        await asyncio.sleep(watched_every_s / service_manager.SIGNS_PER_TIMEOUT)


async def _relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, allowed: Collection[Target]) -> None:
    try:
        line = await asyncio.wait_for(reader.readline(), CONNECT_TIMEOUT_S)
        host, port = _asked(line)
    except (ValueError, TimeoutError):
        await _say(writer, "what was asked is not understood")
        return
    if (host, port) not in allowed:
        await _say(writer, f"{host}:{port} is not among the hosts that an administrator named")
        return
    try:
        far_reader, far_writer = await asyncio.wait_for(asyncio.open_connection(host, port), CONNECT_TIMEOUT_S)
    except (OSError, TimeoutError) as error:
        await _say(writer, str(error) or "no answer in time")
        return
    await _say(writer, "OK")
    try:
        await asyncio.gather(_pass_on(reader, far_writer), _pass_on(far_reader, writer))
    finally:
        far_writer.close()


def _asked(line: bytes) -> Target:
    verb, _, where = line.decode("ascii").strip().partition(" ")
    host, _, port = where.rpartition(":")
    if verb != "CONNECT" or not host:
        raise ValueError(line)
    return host.strip("[]").lower(), int(port)


async def _say(writer: asyncio.StreamWriter, words: str) -> None:
    with suppress(OSError):
        writer.write(f"{' '.join(words.split())}\n".encode())
        await writer.drain()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Hand on what comes until one side has ended, or nothing came for a while."""
    with suppress(OSError, TimeoutError):
        while data := await asyncio.wait_for(reader.read(READ_BYTES), IDLE_S):
            writer.write(data)
            await writer.drain()
    with suppress(OSError):
        writer.write_eof()


if __name__ == "__main__":
    main()
