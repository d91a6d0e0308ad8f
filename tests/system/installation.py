"""A machine on which the box was installed as its README says: made once a run of the tests, and copied often."""

import fcntl
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.system.machine import AS_IT_IS, CACHE, CHECKOUT, Machine

NAME: Final = "box.example"
ADDRESS: Final = "127.0.0.1"
RUN: Final = "BASTIDE_TESTS_RUN"
"""The variable by which all processes of one run of the tests know each other: the first one's process."""

UNITS: Final = ("bastide-*", "bastide.target")
FILES: Final = "find /etc /opt /usr /var/lib -xdev -type f -printf '%p %s %T@\\n' | sort | sha256sum"
TREE: Final = "installed-{run}-{release}"


@dataclass(frozen=True, kw_only=True)
class Installation:
    """The disk of a machine that was switched off after the installation, and what was seen meanwhile."""

    disk: Path
    notes: Mapping[str, str]


def installation(release: str) -> Installation:
    """Return the one of this run; who asks first makes it, and whoever asks meanwhile waits."""
    place = CACHE / TREE.format(run=os.environ[RUN], release=release)
    with _alone(release):
        if not (place / "notes.json").exists():
            forget_installations()
            _make(place, release)
    return Installation(disk=place / "disk.tar", notes=json.loads((place / "notes.json").read_text()))


def forget_installations(run: str | None = None) -> None:
    """Take away those of a run, and of every run that has ended."""
    for place in CACHE.glob(TREE.format(run="*", release="*")):
        owner = place.name.split("-")[1]
        if owner == run or not Path(f"/proc/{owner}").exists():
            shutil.rmtree(place)


@contextmanager
def _alone(release: str) -> Iterator[None]:
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / f"{release}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make(place: Path, release: str) -> None:
    (place / "booted").mkdir(mode=0o700, parents=True)
    with Machine(place / "booted", release) as machine:
        machine.bring_checkout()
        _install(machine)
        machine.switch_off()
        # One file, and not in memory: all machines of a run are there, and this one is read a few times only.
        pack = ["tar", *AS_IT_IS, "--create", f"--file={place / 'disk.tar'}", "."]
        subprocess.run(pack, cwd=machine.root, check=True)
        (place / "notes.json").write_text(json.dumps(machine.notes))


def _install(machine: Machine) -> None:
    """Install by the command of the README; what it would touch is asked before."""
    install = (f"{CHECKOUT}/bastide", "install", "--name", NAME, "--name", ADDRESS)
    started_s = time.monotonic()
    machine.run(f"{CHECKOUT}/bastide", "--version", timeout_s=300)  # makes the checkout's own environment
    fetching_s = time.monotonic() - started_s
    before = machine.run("sh", "-c", FILES)
    machine.notes["plan"] = machine.run(*install, "--plan")
    machine.notes["touched by the plan"] = "" if machine.run("sh", "-c", FILES) == before else "something"
    started_s = time.monotonic()
    machine.notes["install"] = machine.run(*install, timeout_s=900)
    machine.notes["took_s"] = str(fetching_s + time.monotonic() - started_s)
    machine.notes["units"] = machine.run("systemctl", "show", *UNITS, "--property=Id,ActiveState,NRestarts")
