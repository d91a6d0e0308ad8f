"""A real nginx on free ports of loopback, with the configuration of the product and a certificate of its own."""

import json
import os
import socket
import ssl
import subprocess
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import httpx

from appliance.proxy import NGINX, Front, command, installed_version, render
from tests.running_box import ENDS_WITH_US, eventually, free_port

MADE_BY_ROOT: Final = ("-g", "user root;") if os.geteuid() == 0 else ()
"""As root, nginx would serve as nobody, who may not look into a test's directories."""


def make_certificate(certificate: Path, key: Path) -> None:
    """Write a certificate for loopback and its key, by the program that every Debian has."""
    names = "subjectAltName=DNS:localhost,IP:127.0.0.1"
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    where = ["-keyout", str(key), "-out", str(certificate)]
    argv = ["openssl", "req", "-x509", *kind, *where, "-days", "30", "-subj", "/CN=localhost", "-addext", names]
    subprocess.run(argv, check=True, capture_output=True)


def front_in(directory: Path, upstream: str) -> Front:
    """Return the values of a front whose files all lie in this directory."""
    for name in ("static", "trust", "acme", "results", "exports", "run"):
        (directory / name).mkdir(parents=True, exist_ok=True)
    said = subprocess.run([NGINX, "-v"], check=True, capture_output=True, text=True).stderr
    return Front(
        names=("localhost", "127.0.0.1"),
        certificate=directory / "certificate.pem",
        key=directory / "key.pem",
        upstream=upstream,
        static=directory / "static",
        data=directory,
        trust=directory / "trust",
        acme=directory / "acme",
        results=directory / "results",
        exports=directory / "exports",
        run=directory / "run",
        upload_bytes_max=8 << 20,
        plain=(f"127.0.0.1:{free_port()}",),
        tls=(f"127.0.0.1:{free_port()}",),
        access_log=str(directory / "requests.json"),
        nginx_version=installed_version(said),
    )


class RunningFront:
    """Started by `with`, ended when the block is left. `url` and `plain_url` are where it listens.

    `inherited` are sockets that it takes over, as from systemd; `replaced` is what its configuration says otherwise
    than the product's; `values` are other values than those of a test.
    """

    def __init__(
        self,
        directory: Path,
        upstream: str,
        inherited: Sequence[socket.socket] = (),
        replaced: tuple[str, str] = ("", ""),
        **values: Any,
    ) -> None:
        self._replaced = replaced
        self._inherited = [each.fileno() for each in inherited]
        self.directory = directory
        self.front = replace(front_in(directory, upstream), **values)
        self.url = f"https://{self.front.tls[0]}"
        self.plain_url = f"http://{self.front.plain[0]}"
        self.port = int(self.front.tls[0].rpartition(":")[2])

    def __enter__(self) -> Self:
        make_certificate(self.front.certificate, self.front.key)
        self.configuration = self.directory / "nginx.conf"
        self.configuration.write_text(render(self.front).replace(*self._replaced))
        self.trust = ssl.create_default_context(cafile=self.front.certificate)
        self._said = (self.directory / "stderr").open("wb")
        self.process = subprocess.Popen(
            [*ENDS_WITH_US, *command(self.configuration, *MADE_BY_ROOT)],
            stdin=subprocess.DEVNULL,
            stderr=self._said,
            env=os.environ | ({"NGINX": "".join(f"{each};" for each in self._inherited)} if self._inherited else {}),
            pass_fds=self._inherited,
        )
        assert eventually(lambda: self.process.poll() is not None or self._answers()), self.said
        assert self.process.poll() is None, self.said
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.process.terminate()
        self.process.wait(timeout=20)
        self._said.close()

    @property
    def said(self) -> str:
        """What it complained of."""
        return (self.directory / "stderr").read_text()

    def client(self, **options: Any) -> httpx.Client:
        """Return a client that trusts the certificate."""
        return httpx.Client(base_url=self.url, verify=self.trust, timeout=30, **options)

    def requests(self) -> list[dict[str, str]]:
        """Return the lines of the log."""
        return [json.loads(line) for line in Path(self.front.access_log).read_text().splitlines()]

    def logged(self, is_it: Callable[[dict[str, str]], bool]) -> dict[str, str]:
        """Return the first line of the log that is it, which may be written a moment after its answer."""
        assert eventually(lambda: any(map(is_it, self.requests())))
        return next(filter(is_it, self.requests()))

    def connected(self) -> socket.socket:
        """Return a bare connection to the address without TLS."""
        return socket.create_connection(("127.0.0.1", int(self.front.plain[0].rpartition(":")[2])), timeout=30)

    def secured(self) -> ssl.SSLSocket:
        """Return a bare connection by TLS."""
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        return self.trust.wrap_socket(plain, server_hostname="localhost")

    def _answers(self) -> bool:
        with suppress(OSError):
            self.connected().close()
            return True
        return False
