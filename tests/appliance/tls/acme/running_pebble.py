"""Pebble, a real ACME server whose certificates nobody trusts, with a name server that knows every name."""

import base64
import json
import os
import ssl
import subprocess
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from appliance.tls.encoding import pem_of_chain, pem_of_key
from appliance.tls.names import names_of
from tests.appliance.tls.company import leaf_draft, new_authority, new_key, signed
from tests.running_box import ENDS_WITH_US, eventually, free_port

ROOT: Final = new_authority("Corp Root")
"""It vouches for the server itself; whoever vouches for what it signs is made at each start."""

BLOCKED: Final = "blocked.example"
KID: Final = "box-1"
SECRET: Final = bytes(range(32))
SECRET_TEXT: Final = base64.urlsafe_b64encode(SECRET).decode().rstrip("=")
LIFETIME_S: Final = 90 * 86400


def serving_files(directory: Path, *addresses: str) -> tuple[Path, Path]:
    """Return files with a certificate for these addresses that our root vouches for, and its key."""
    key = new_key()
    certificate = signed(leaf_draft(key.public_key(), names_of(addresses or ["localhost", "127.0.0.1"])), ROOT)
    paths = directory / "server.crt", directory / "server.key"
    for path, content in zip(paths, (pem_of_chain(certificate), pem_of_key(key)), strict=True):
        path.write_bytes(content)
    return paths


class RunningPebble:
    """Started by `with`, ended when the block is left; it asks for proofs at `http_port`.

    Every name leads to `names_lead_to`. Half of the good nonces are refused; `settings` are what else it is told.
    """

    def __init__(
        self,
        directory: Path,
        http_port: int,
        settings: Mapping[str, Any] | None = None,
        *,
        host: str = "127.0.0.1",
        names_lead_to: str = "127.0.0.1",
    ) -> None:
        directory.mkdir(exist_ok=True)
        self._directory, self._host, self._names_lead_to = directory, host, names_lead_to
        self.port, self._management, self._names = free_port(), free_port(), free_port()
        self.url = f"https://{host}:{self.port}/dir"
        certificate, key = serving_files(directory, "localhost", "127.0.0.1", host)
        self._settings = {
            "listenAddress": f"{host}:{self.port}",
            "managementListenAddress": f"127.0.0.1:{self._management}",
            "certificate": str(certificate),
            "privateKey": str(key),
            "httpPort": http_port,
            "tlsPort": free_port(),
            "domainBlocklist": [BLOCKED],
            "certificateValidityPeriod": LIFETIME_S,
            **(settings or {}),
        }

    def __enter__(self) -> Self:
        configuration = self._directory / "pebble.json"
        configuration.write_text(json.dumps({"pebble": self._settings}))
        self._log = (self._directory / "log").open("wb")
        names = ["pebble-challtestsrv", "-dns01", f"127.0.0.1:{self._names}", "-defaultIPv4", self._names_lead_to]
        names += ["-defaultIPv6", "", "-http01", "", "-https01", "", "-tlsalpn01", ""]
        names += ["-management", f"127.0.0.1:{free_port()}"]
        argv = ["pebble", "-strict", "-config", str(configuration), "-dnsserver", f"127.0.0.1:{self._names}"]
        told = {"PEBBLE_VA_NOSLEEP": "1", "PEBBLE_WFE_NONCEREJECT": "50", "PEBBLE_AUTHZREUSE": "0"}
        self._processes = [self._started(names, {}), self._started(argv, told)]
        assert eventually(self._answers), self.said
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()
        self._log.close()

    def stop(self) -> None:
        """End it before the block does."""
        for process in self._processes:
            process.terminate()
            process.wait(timeout=20)

    @property
    def said(self) -> str:
        """What it tells of what it does."""
        return (self._directory / "log").read_text(errors="replace")

    @property
    def issuing_root(self) -> str:
        """The root of what it signs, as PEM."""
        trust = ssl.create_default_context(cadata=pem_of_chain(ROOT.certificate).decode())
        with urllib.request.urlopen(f"https://127.0.0.1:{self._management}/roots/0", context=trust, timeout=5) as found:
            return str(found.read().decode())

    @property
    def roots(self) -> str:
        """All that an administrator of it would give: the root of the server, and that of what it signs."""
        return pem_of_chain(ROOT.certificate).decode() + self.issuing_root

    def _started(self, argv: list[str], told: dict[str, str]) -> subprocess.Popen[bytes]:
        environment = {**os.environ, **told}
        return subprocess.Popen([*ENDS_WITH_US, *argv], env=environment, stdout=self._log, stderr=subprocess.STDOUT)

    def _answers(self) -> bool:
        assert all(process.poll() is None for process in self._processes), self.said
        with suppress(OSError):
            return bool(self.issuing_root)
        return False
