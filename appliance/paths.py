"""Where everything lies: the product's own files and the data directory, which is all of a box's state."""

import os
import sys
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from appliance.errors import ApplianceError

ROOT: Final = Path(__file__).resolve().parent.parent
PYTHON: Final = Path(sys.executable)
REQUIREMENTS: Final = ROOT / "requirements" / "run.txt"
MEMORY: Final = Path("/dev/shm")  # noqa: S108  # names in it are this account's own, and made for it alone

SOCKET_PATH_BYTES_MAX: Final = 100
"""The kernel takes 107; supervisord appends its process id to the name while it binds."""

FORBIDDEN_CHARACTERS: Final = "%;'\"\\\n\r"
"""Characters that supervisord's and Redis's configuration files give a meaning of their own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DataDirectory:
    """The layout of a data directory."""

    root: Path

    @property
    def admin_password(self) -> Path:
        """The first admin's password, for the owner's eyes only."""
        return self.root / "admin-password"

    @property
    def secret_key(self) -> Path:
        """Django's secret key."""
        return self.root / "secret-key"

    @property
    def database(self) -> Path:
        """The SQLite database."""
        return self.root / "db.sqlite3"

    @property
    def checks(self) -> Path:
        """What the resource checks found when the box was started."""
        return self.root / "checks.json"

    @property
    def models(self) -> Path:
        """The model store."""
        return self.root / "models"

    @property
    def spool(self) -> Path:
        """Files on their way between the planes."""
        return self.root / "spool"

    @property
    def redis(self) -> Path:
        """Redis's append-only file."""
        return self.root / "redis"

    @property
    def logs(self) -> Path:
        """A log for each process."""
        return self.root / "logs"

    @property
    def static(self) -> Path:
        """Collected static files."""
        return self.root / "static"

    @property
    def run(self) -> Path:
        """Sockets, generated configuration, stamps."""
        return self.root / "run"

    @property
    def metrics(self) -> Path:
        """Prometheus's files, one a process; wiped at each start.

        In memory: they are mapped, and on a disk that has run full the kernel ends whoever writes to the next page.
        """
        of_this_box = sha256(bytes(self.root.resolve())).hexdigest()[:16]
        return MEMORY / f"bastide-{os.geteuid()}-{of_this_box}"

    @property
    def stamps(self) -> Path:
        """What the set-up has already done."""
        return self.run / "stamps"

    @property
    def lock(self) -> Path:
        """Held while a box runs here; names its process and address."""
        return self.run / "box.lock"

    @property
    def redis_socket(self) -> Path:
        """Where Redis listens."""
        return self.run / "redis.sock"

    @property
    def supervisor_socket(self) -> Path:
        """Where supervisord listens."""
        return self.run / "supervisor.sock"

    @property
    def supervisor_configuration(self) -> Path:
        """What supervisord is started with."""
        return self.run / "supervisord.conf"

    @property
    def supervisor_pid(self) -> Path:
        """Where supervisord writes its process id."""
        return self.run / "supervisord.pid"

    @property
    def redis_configuration(self) -> Path:
        """What Redis is started with."""
        return self.run / "redis.conf"

    def make(self) -> None:
        """Create what is missing. Raise when a name in it would not work."""
        self._validate()
        try:
            for directory in self._directories():
                directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            message = f"The data directory {self.root} cannot be made: {error.strerror}."
            raise ApplianceError(
                message,
                "choose a directory that you may write to with --data-dir",
            ) from error

    def _directories(self) -> tuple[Path, ...]:
        # Parents by name: mkdir gives those that it makes on the way to everybody.
        parents = (self.root, self.run, self.spool)
        leaves = (self.models, self.redis, self.logs, self.static, self.stamps)
        return (
            *parents,
            *leaves,
            *(self.spool / name for name in ("inbox", "outbox", "uploads", "batch", "resumable", "journal", "exports")),
        )

    def _validate(self) -> None:
        length = len(bytes(self.supervisor_socket))
        if length > SOCKET_PATH_BYTES_MAX:
            message = (
                f"The path of the data directory is too long: {self.supervisor_socket} has {length} bytes, and a "
                f"socket's path may have {SOCKET_PATH_BYTES_MAX}."
            )
            raise ApplianceError(
                message,
                "choose a directory with a shorter path with --data-dir",
            )
        for path in (self.root, ROOT):
            for character in FORBIDDEN_CHARACTERS:
                if character in str(path):
                    message = (
                        f"The path {path} holds the character {character!r}, which configuration files cannot carry."
                    )
                    raise ApplianceError(
                        message,
                        "choose a directory without it",
                    )


def data_directory(text: str) -> DataDirectory:
    """Return the data directory that an option names, as an absolute path."""
    return DataDirectory(root=Path(text).expanduser().absolute())
