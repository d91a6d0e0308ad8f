"""What each process may know: the environment variables of its plane, and next to nothing of the shell's."""

import ipaddress
import os
import re
import socket
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from appliance.errors import ApplianceError
from appliance.paths import DataDirectory
from appliance.sizes import MEANING, SIZE

UPLOAD_BYTES_MAX: Final = "BASTIDE_UPLOAD_BYTES_MAX"
UPLOAD_BYTES_MAX_DEFAULT: Final = "2G"
"""What an admin may set: how large a file may be that is uploaded."""

KEPT: Final = ("PATH", "HOME", "USER", "TZ", "TMPDIR")

MODEL_MEMORY: Final = "BASTIDE_MODEL_MEMORY"
"""What an admin may set: how much memory models may take in all processes together, such as 3G."""

INSPECTION_SECONDS: Final = "BASTIDE_INSPECTION_SECONDS"
"""What an admin may set: how long each part of an inspection may take before it is stopped."""

JOB_DAYS: Final = "BASTIDE_JOB_DAYS"
"""What an admin may set: for how many days the files of a batch job are kept after its end."""

ALERT_HOUR: Final = "BASTIDE_ALERT_HOUR"
"""What an admin may set: the hour of the day from which on people are told of alerts."""

BACKUPS_KEPT: Final = "BASTIDE_BACKUPS_KEPT"
BACKUPS_KEPT_DEFAULT: Final = "7"
"""What an admin may set: how many of an installed box's nightly backups are kept; 0 for none."""

WEBHOOK_HOSTS: Final = "BASTIDE_WEBHOOK_HOSTS"
"""What an admin may set: the hosts that may be told of the end of a job, with commas between them."""

MAIL_FROM: Final = "BASTIDE_MAIL_FROM"
SMTP_URL: Final = "BASTIDE_SMTP_URL"
"""What an admin may set together: the sender of the box's mail, and the server that takes it, with its password."""

MLFLOW_TRACKING_URI: Final = "BASTIDE_MLFLOW_TRACKING_URI"
"""What an admin may set: the MLflow server that is told of monitored windows, with its password or token."""

GIVEN: Final = "CREDENTIALS_DIRECTORY"
"""What systemd tells a unit: where that lies which was handed to it."""

EGRESS_SOCKET: Final = "BASTIDE_EGRESS_SOCKET"
"""What units of an installed box are told: where the relay listens."""

CONNECTIONS_MAX: Final = "BASTIDE_CONNECTIONS_MAX"
CONNECTIONS_MAX_DEFAULT: Final = "500"
OFF: Final = "off"
"""What an admin may set: how many connections one address may hold to an installed box, or that nothing bounds them."""

HOST: Final = r"([\w.-]+|\[[0-9a-f:.]+\])(:\d{1,5})?"
SERVER: Final = r"(smtps?|smtp\+starttls)://([^\s\"'\\;@/]+@)?" + HOST + "/?"

TRACKING: Final = r"https?://([^\s\"'\\;@/]+@)?" + HOST + r"(/[\w./-]*)?"

SETTINGS: Final = (
    (MODEL_MEMORY, SIZE, (MEANING, "3G")),
    (INSPECTION_SECONDS, r"0*[1-9]\d*(\.\d+)?", ("a number of seconds above zero", "300")),
    (JOB_DAYS, r"0*[1-9]\d*", ("a number of days above zero", "7")),
    (ALERT_HOUR, r"[01]?\d|2[0-3]", ("an hour from 0 to 23", "7")),
    (BACKUPS_KEPT, r"\d{1,3}", ("a number of backups, 0 for none", BACKUPS_KEPT_DEFAULT)),
    (UPLOAD_BYTES_MAX, SIZE, (MEANING, UPLOAD_BYTES_MAX_DEFAULT)),
    (CONNECTIONS_MAX, rf"{OFF}|0*[1-9]\d{{0,5}}", ("a number above zero, or off", CONNECTIONS_MAX_DEFAULT)),
    (WEBHOOK_HOSTS, rf"({HOST}(\s*,\s*{HOST})*)?", ("hosts with commas between them", "automation.example:5678")),
    (MAIL_FROM, r"[^\s\"'\\;<>@]+@[\w.-]+", ("an e-mail address", "bastide@example.org")),
    (MLFLOW_TRACKING_URI, TRACKING, ("the address of an MLflow server", "https://user:password@mlflow.example.org")),
    (SMTP_URL, SERVER, ("the address of a mail server", "smtp+starttls://user:password@mail.example.org:587")),
)
"""What an admin may set, how it is written, and what to say of anything else."""

SECRETS: Final = frozenset({SMTP_URL, MLFLOW_TRACKING_URI})
"""What is never printed."""

ELSEWHERE: Final = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))
"""Addresses that stand for any other machine: they are kept for documentation, and belong to none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """Where a box listens, and the address that people type."""

    host: str
    port: int

    @property
    def is_everywhere(self) -> bool:
        """Whether the box listens on every interface."""
        return self.host in {"0.0.0.0", "::", ""}  # noqa: S104  # compared with, not bound to

    @property
    def reachable_host(self) -> str:
        """The host at which this machine itself reaches the box."""
        if not self.is_everywhere:
            return self.host
        return "::1" if self.host == "::" else "127.0.0.1"

    @property
    def url(self) -> str:
        """The public address: the machine's name or IP address when the box listens on every interface."""
        host = name_for_colleagues() if self.is_everywhere else self.host
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"


@cache
def name_for_colleagues() -> str:
    """Return the machine's name; its IP address where that name leads nowhere or only to the machine itself."""
    name = os.uname().nodename
    return name if leads_to_the_network(name) else outward_address() or name


def leads_to_the_network(name: str) -> bool:
    """Return whether the name resolves, and to something else than loopback, as Debian's own entry of it does."""
    try:
        found = {str(where[0]).partition("%")[0] for *_, where in socket.getaddrinfo(name, None)}
    except OSError:
        return False
    return not any(ipaddress.ip_address(each).is_loopback for each in found)


def outward_address() -> str | None:
    """Return the IP address from which this machine would speak to others, or None when it has no network."""
    for family, elsewhere in ELSEWHERE:
        with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((elsewhere, 9))  # chooses a route and sends nothing
            return str(probe.getsockname()[0])
    return None


def check() -> None:
    """Raise ApplianceError for a setting of the admin's that cannot be meant, before anything is done by it."""
    for name, pattern, example in SETTINGS:
        value = os.environ.get(name)
        if value is not None and not re.fullmatch(pattern, value.strip(), re.IGNORECASE):
            shown = "something" if name in SECRETS else repr(value)
            message = f"{name} is {shown}, which is not {example[0]}."
            raise ApplianceError(message, f"set it to something like {example[1]}, or leave it out")
    if (MAIL_FROM in os.environ) != (SMTP_URL in os.environ):
        message = f"One of {MAIL_FROM} and {SMTP_URL} is set, and mail needs both."
        raise ApplianceError(message, "set the other one too, or neither")


def shell() -> dict[str, str]:
    """Return the little of the shell's environment that every program needs."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return {**kept, "LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1"}


def api_key() -> str:
    """Return the API key that the shell holds, or nothing."""
    return os.environ.get("BASTIDE_API_KEY", "").strip()


def relay() -> Path | None:
    """Return the relay by which a unit without a network goes out; None where this process has one of its own."""
    found = os.environ.get(EGRESS_SOCKET, "")
    return Path(found) if found else None


def handed_over(path: Path) -> Path:
    """Return where a unit finds a file that systemd hands to it under the file's own name; elsewhere the file itself.

    It is handed what its account may not read, and what the kernel says otherwise to a process without a network.
    """
    directory = os.environ.get(GIVEN)
    if directory and (given := Path(directory, path.name)).exists():
        return given
    return path


def control(data: DataDirectory, url: str) -> dict[str, str]:
    """Return what the control plane's programs know."""
    return {
        "DJANGO_SETTINGS_MODULE": "webapp.settings",
        "BASTIDE_DATA_DIR": str(data.root),
        "BASTIDE_REDIS_SOCKET": str(data.redis_socket),
        "BASTIDE_PUBLIC_URL": url,
        "MALLOC_ARENA_MAX": "2",
        UPLOAD_BYTES_MAX: os.environ.get(UPLOAD_BYTES_MAX, UPLOAD_BYTES_MAX_DEFAULT),
        **_set_by_the_admin(MODEL_MEMORY, JOB_DAYS, ALERT_HOUR, WEBHOOK_HOSTS, MAIL_FROM),
    }


def recorder(data: DataDirectory, url: str) -> dict[str, str]:
    """Return what the control worker knows: it alone sends mail, and no process that serves has the password for it."""
    return {**control(data, url), **_set_by_the_admin(SMTP_URL, MLFLOW_TRACKING_URI)}


def web(data: DataDirectory, address: Address, processes: int) -> dict[str, str]:
    """Return what the web processes know."""
    return {
        **control(data, address.url),
        "PROMETHEUS_MULTIPROC_DIR": str(data.metrics),
        "BASTIDE_HOST": f"[{address.host}]" if ":" in address.host else address.host,
        "BASTIDE_PORT": str(address.port),
        "BASTIDE_WEB_PROCESSES": str(processes),
    }


def worker(data: DataDirectory) -> dict[str, str]:
    """Return what the data plane knows: no database, no secret. One thread each, since there are several processes."""
    return {
        "BASTIDE_MODELS_DIR": str(data.models),
        "BASTIDE_SPOOL_DIR": str(data.spool),
        "BASTIDE_REDIS_SOCKET": str(data.redis_socket),
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "2",
        **_set_by_the_admin(MODEL_MEMORY, INSPECTION_SECONDS),
    }


def whole_chunks() -> dict[str, str]:
    """Return what a process needs that goes through one large chunk after the other.

    It reads with the one processor that is its own, and keeps the memory of one chunk for the next: to give it back and
    take it anew costs a tenth of the time.
    """
    kept = {"MALLOC_MMAP_THRESHOLD_": str(32 << 20), "MALLOC_TRIM_THRESHOLD_": str(128 << 20)}
    return {"POLARS_MAX_THREADS": "1"} | kept


def _set_by_the_admin(*names: str) -> dict[str, str]:
    return {name: os.environ[name] for name in names if name in os.environ}
