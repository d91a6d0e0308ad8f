"""The environment of the control plane, read once and in one place: nothing else looks at os.environ."""

import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from worker.contract import memory

DATA_DIR_DEFAULT: Final = "var"
HOST_DEFAULT: Final = "127.0.0.1"
PORT_DEFAULT: Final = 8000
UPLOAD_BYTES_MAX_DEFAULT: Final = "2G"
JOB_DAYS_DEFAULT: Final = 7
ALERT_HOUR_DEFAULT: Final = 7


@dataclass(frozen=True, kw_only=True, slots=True)
class Environment:
    """What whoever started this process told it."""

    data_dir: Path
    static_dir: Path
    secret_key_file: Path
    findings_file: Path
    """Where `bastide doctor` keeps for the box page what it found."""
    redis_socket: Path
    doors_dir: Path
    """Where inference workers open their doors."""
    public_url: str
    names: tuple[str, ...]
    """Further names and addresses by which people reach the site."""
    host: str
    port: int
    web_processes: int
    metrics_dir: Path | None
    inference_processes: int
    batch_processes: int
    job_days: int
    alert_hour: int
    """From this hour of the day on people are told of alerts."""
    model_memory_bytes: int
    upload_bytes_max: int
    webhook_hosts: tuple[str, ...]
    mail_from: str
    smtp_url: str = field(repr=False)  # it holds a password
    mlflow_tracking_uri: str = field(repr=False)  # as above
    egress_socket: Path | None
    """Where the relay listens that leads out of the box; None where this process has a network of its own."""
    is_behind_proxy: bool
    """Whether only a proxy of the box's own reaches this process, and says who asks."""

    @property
    def is_https(self) -> bool:
        """Whether people reach the site by TLS."""
        return urlsplit(self.public_url).scheme == "https"

    @property
    def public_host(self) -> str:
        """The host name in the public URL."""
        return urlsplit(self.public_url).hostname or HOST_DEFAULT


def read() -> Environment:
    """Return the environment of this process, defaults filled in."""
    data_dir = Path(os.environ.get("BASTIDE_DATA_DIR", DATA_DIR_DEFAULT)).resolve()
    host = os.environ.get("BASTIDE_HOST", HOST_DEFAULT)
    port = int(os.environ.get("BASTIDE_PORT", PORT_DEFAULT))
    metrics = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    redis_socket = Path(os.environ.get("BASTIDE_REDIS_SOCKET", data_dir / "run" / "redis.sock"))
    return Environment(
        data_dir=data_dir,
        static_dir=Path(os.environ.get("BASTIDE_STATIC_DIR", data_dir / "static")),
        secret_key_file=_credential("secret-key") or data_dir / "secret-key",
        findings_file=Path(os.environ.get("BASTIDE_FINDINGS", data_dir / "findings.json")),
        redis_socket=redis_socket,
        doors_dir=Path(os.environ.get("BASTIDE_DOORS_DIR", redis_socket.parent)),
        public_url=os.environ.get("BASTIDE_PUBLIC_URL", f"http://{host}:{port}").rstrip("/"),
        names=_listed(os.environ.get("BASTIDE_NAMES", "")),
        host=host,
        port=port,
        web_processes=int(os.environ.get("BASTIDE_WEB_PROCESSES", "2")),
        metrics_dir=Path(metrics) if metrics else None,
        inference_processes=int(os.environ.get("BASTIDE_INFERENCE_PROCESSES", min(os.cpu_count() or 1, 2))),
        batch_processes=int(os.environ.get("BASTIDE_BATCH_PROCESSES", os.cpu_count() or 1)),
        job_days=int(os.environ.get("BASTIDE_JOB_DAYS", JOB_DAYS_DEFAULT)),
        alert_hour=int(os.environ.get("BASTIDE_ALERT_HOUR", ALERT_HOUR_DEFAULT)),
        model_memory_bytes=memory.model_bytes(os.environ.get("BASTIDE_MODEL_MEMORY"), memory.total_bytes()),
        upload_bytes_max=memory.parse_size(os.environ.get("BASTIDE_UPLOAD_BYTES_MAX", UPLOAD_BYTES_MAX_DEFAULT)),
        webhook_hosts=_listed(os.environ.get("BASTIDE_WEBHOOK_HOSTS", "")),
        mail_from=os.environ.get("BASTIDE_MAIL_FROM", "").strip(),
        smtp_url=_secret("smtp-url", "BASTIDE_SMTP_URL"),
        mlflow_tracking_uri=_secret("mlflow-uri", "BASTIDE_MLFLOW_TRACKING_URI"),
        egress_socket=Path(relay) if (relay := os.environ.get("BASTIDE_EGRESS_SOCKET")) else None,
        is_behind_proxy=os.environ.get("BASTIDE_BEHIND_PROXY") == "1",
    )


def _credential(name: str) -> Path | None:
    """Return the file of a secret that systemd keeps for this service alone, or None where it keeps none."""
    directory = os.environ.get("CREDENTIALS_DIRECTORY")
    path = Path(directory, name) if directory else None
    return path if path is not None and path.exists() else None


def _secret(credential: str, variable: str) -> str:
    path = _credential(credential)
    return (path.read_text() if path else os.environ.get(variable, "")).strip()


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def secret_key(path: Path) -> str:
    """Return the secret key kept at `path`, made (readable by its owner only) when there is none.

    Several processes may start at once: the file appears whole by a link, and who comes second reads the first one's.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(64))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass  # another process got there first
        finally:
            draft.unlink()
    return path.read_text().strip()
