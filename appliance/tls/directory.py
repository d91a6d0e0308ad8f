"""The TLS directory, in which keys and certificates change together or not at all.

All files of one state lie in one directory of their own, `states/<number>`, and the symbolic link `current` says which
of them holds. A change writes a whole new state, brings it to the disk, and renames a new link over the old one, which
the kernel does in one step: whoever reads, and a machine that loses its power, sees the old state or the new one, never
a key beside another key's certificate. The names in the top directory, such as `box.key`, are links through `current`
that never change.
"""

import fcntl
import json
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from appliance.errors import ApplianceError
from appliance.ownership import as_owner

DEFAULT_DIRECTORY: Final = Path("/etc/bastide/tls")
LOCK: Final = ".lock"
PATIENCE_S: Final = 60.0
"""Whoever holds the directory writes a few files; before, an ACME server may take its time."""

POLL_S: Final = 0.1
CURRENT: Final = "current"
STATES: Final = "states"


class File(StrEnum):
    """The files of a state."""

    AUTHORITY_KEY = "authority.key"
    AUTHORITY = "authority.crt"
    BOX_KEY = "box.key"
    BOX = "box.crt"
    REQUEST_KEY = "request.key"
    REQUEST = "request.csr"
    MODE = "mode.json"
    ACME = "acme.json"
    ACME_ACCOUNTS = "acme-accounts.json"
    ACME_HOSTS = "acme-hosts.env"


SECRET: Final = frozenset({File.AUTHORITY_KEY, File.BOX_KEY, File.REQUEST_KEY, File.ACME_ACCOUNTS})


class Mode(StrEnum):
    """Who vouches for the box."""

    OWN = "own"
    COMPANY = "company"
    FILES = "files"
    ACME = "acme"


@dataclass(frozen=True, kw_only=True, slots=True)
class TlsDirectory:
    """A TLS directory, which need not exist yet."""

    root: Path

    def path(self, file: File) -> Path:
        """Return where programs find the file, now and after each change."""
        return self.root / file

    def read(self, file: File) -> bytes | None:
        """Return the content of a file, or None where there is none."""
        try:
            return (self.root / CURRENT / file).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise refused(self.root, error, "read") from error

    @property
    def mode(self) -> Mode:
        """Who vouches for the box; before the first change, its own authority will."""
        content = self.read(File.MODE)
        if content is None:
            return Mode.OWN
        try:
            return Mode(json.loads(content)["mode"])
        except (ValueError, TypeError, KeyError) as error:
            message = f"{self.path(File.MODE)} does not say who vouches for the box."
            choices = ", ".join(f'"{mode}"' for mode in Mode)
            raise ApplianceError(message, f'write {{"mode": …}} into it, with one of {choices}') from error

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep others from changing the directory: between what one reads and what one changes, nobody else does.

        Raise when another command holds it, and goes on to. Who only looks into the directory may not open the lock.
        """
        try:
            make_readable(self.root)
            descriptor = self._opened_lock()
        except OSError as error:
            raise refused(self.root, error, "made") from error
        try:
            self._take(descriptor, time.monotonic() + PATIENCE_S)
            yield
        finally:
            os.close(descriptor)

    def _opened_lock(self) -> int:
        with as_owner(self.root):
            try:
                return os.open(self.root / LOCK, os.O_RDONLY | os.O_NOFOLLOW)
            except FileNotFoundError:
                return os.open(self.root / LOCK, os.O_RDONLY | os.O_CREAT | os.O_NOFOLLOW, 0o600)

    def _take(self, descriptor: int, until_s: float) -> None:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                if time.monotonic() > until_s:
                    message = f"Another command holds the TLS directory {self.root}."
                    raise ApplianceError(message, "wait until it has ended, then run the same command again") from error
            else:
                return
            time.sleep(POLL_S)

    def change(self, files: Mapping[File, bytes | None]) -> None:
        """Replace files, or remove those that are None, in one step. Call it while the directory is `locked`."""
        self._require_links()
        try:
            with as_owner(self.root):
                state = self._write_state(files)
                self._make_current(state)
                self._link_names()
                self._remove_others(state)
        except OSError as error:
            raise refused(self.root, error, "written") from error

    def _require_links(self) -> None:
        for file in File:
            path = self.path(file)
            if path.exists() and not path.is_symlink():
                message = f"{path} was put there by hand, so the box would not be served with what it keeps."
                raise ApplianceError(message, "move it away; to use it, give it to sudo bastide tls import")

    def _write_state(self, files: Mapping[File, bytes | None]) -> Path:
        states = self.root / STATES
        make_readable(states)
        numbers = (int(each.name) for each in states.iterdir() if each.name.isdigit())
        state = states / str(max(numbers, default=0) + 1)
        make_readable(state)
        for file in File:
            content = files[file] if file in files else self.read(file)
            if content is not None:
                write(state / file, content, mode=0o600 if file in SECRET else 0o644)
        sync(state)
        sync(states)
        return state

    def _make_current(self, state: Path) -> None:
        fresh = self.root / f".{CURRENT}"
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(state.relative_to(self.root))
        fresh.rename(self.root / CURRENT)
        sync(self.root)

    def _link_names(self) -> None:
        for file in File:
            if not self.path(file).is_symlink():
                self.path(file).symlink_to(Path(CURRENT) / file)

    def _remove_others(self, state: Path) -> None:
        for other in state.parent.iterdir():
            if other != state:
                shutil.rmtree(other)


def mode_files(mode: Mode) -> dict[File, bytes | None]:
    """Return what says who vouches for the box. Of an ACME server, only the accounts stay beyond its time."""
    rest: dict[File, bytes | None] = {} if mode is Mode.ACME else {File.ACME: None, File.ACME_HOSTS: None}
    return {File.MODE: (json.dumps({"mode": mode}) + "\n").encode(), **rest}


def make_readable(directory: Path) -> None:
    """Make a directory that everybody may look into, whatever the umask; one that is there stays as it is."""
    if not directory.exists():
        directory.mkdir(parents=True)
        directory.chmod(0o755)


def write(path: Path, content: bytes, *, mode: int) -> None:
    """Write a new file and wait until the disk has it. It is born for its owner only."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        os.fchmod(descriptor, mode)
        file.flush()
        os.fsync(descriptor)


def sync(directory: Path) -> None:
    """Wait until the disk has the names in a directory."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def refused(directory: Path, error: OSError, what: str) -> ApplianceError:
    """Return the error for a directory that the system does not let us use."""
    hint = "run the same command with sudo" if isinstance(error, PermissionError) else "mend that, then try again"
    return ApplianceError(f"The TLS directory {directory} cannot be {what}: {error.strerror}.", hint)
