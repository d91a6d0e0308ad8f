"""What an upgrade changes outside the release's directory, kept so that it can be put back."""

import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Self

from appliance.installing import firewall, front, machine, settings, units
from appliance.installing.places import CURRENT, KEPT, SYSUSERS, TMPFILES, UNITS
from appliance.installing.placing import place

RECORD: Final = "record.json"
FILES: Final = "files"
DATABASE: Final = "db.sqlite3"
PRIVATE: Final = 0o600


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """One upgrade: from which release to which, whether the database was changed, which units started with the box."""

    former: str
    release: str
    at: str
    is_migrated: bool
    enabled: tuple[str, ...]

    @property
    def directory(self) -> Path:
        """Where all of it is kept."""
        return KEPT / f"{self.at}-{self.release}"

    @property
    def database(self) -> Path:
        """The database as it was before it was changed."""
        return self.directory / DATABASE

    def write(self) -> None:
        """Keep the record itself, last: a directory without it is of an upgrade that was broken off early."""
        place(self.directory / RECORD, json.dumps(self.to_json(), indent=1) + "\n", mode=PRIVATE)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Return what was kept."""
        return cls.from_json(json.loads(path.read_text()))

    def to_json(self) -> dict[str, Any]:
        """Return it as it is written."""
        return asdict(self)

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        """Return what was written."""
        return cls(**{**told, "enabled": tuple(told["enabled"])})


def begin(record: Record) -> None:
    """Keep every file that an upgrade may change."""
    KEPT.mkdir(mode=0o700, exist_ok=True)
    record.directory.mkdir(mode=0o700)
    for path in changeable():
        kept = record.directory / FILES / path.relative_to("/")
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, kept)


def changeable() -> Iterator[Path]:
    """Yield the files that are there of those that a release places."""
    made = (front.CONFIGURATION, firewall.CONFIGURATION, settings.QUEUE_SETTINGS)
    for path in (*sorted(UNITS.glob("bastide*")), SYSUSERS, TMPFILES, *made):
        if path.is_file() and not path.is_symlink():
            yield path


def meaning(content: bytes) -> list[bytes]:
    """Return the lines by which a placed file is gone by: another comment is no reason to start anything anew."""
    lines = (line.strip() for line in content.splitlines())
    return [line for line in lines if line and not line.startswith(b"#")]


def put_back(record: Record) -> set[str]:
    """Put the kept files back, with the units that started then. Return the names of those that meant otherwise."""
    root = record.directory / FILES
    assert root.is_dir(), "what is to be put back was kept; without it every file of the box would go"
    changed = set()
    for kept in sorted(path for path in root.rglob("*") if path.is_file()):
        path = Path("/") / kept.relative_to(root)
        before, content = path.read_bytes() if path.exists() else b"", kept.read_bytes()
        if place(path, content, mode=kept.stat().st_mode & 0o777) and meaning(before) != meaning(content):
            changed.add(path.name)
    machine.apply_directories()  # the former release may write where this one does not
    units.systemctl("daemon-reload")
    units.enable(record.enabled)  # before files go: systemd stops and disables no unit that it cannot read
    for path in list(changeable()):
        if not (root / path.relative_to("/")).exists():
            path.unlink()
            changed.add(path.name)
    units.systemctl("daemon-reload")
    return changed


def newest(release: str) -> Record | None:
    """Return the record of the upgrade that led to a release, or None."""
    found = [Record.read(path) for path in KEPT.glob(f"*/{RECORD}")]
    return max((each for each in found if each.release == release), key=lambda each: each.at, default=None)


def records() -> list[Record]:
    """Return all records, the newest first."""
    return sorted((Record.read(path) for path in KEPT.glob(f"*/{RECORD}")), key=lambda each: each.at, reverse=True)


def running_release() -> str:
    """Return the name of the release that runs."""
    return CURRENT.readlink().name
