"""Makes this machine the box, step by step; what is done already is left as it is."""

import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import psutil

from appliance import environment
from appliance.checks.preflight import preflight
from appliance.environment import Address
from appliance.errors import ApplianceError, CommandFailed
from appliance.examples import EXAMPLES
from appliance.installing import front, machine, probing, release, running, settings, units
from appliance.installing.places import DATA
from appliance.installing.placing import place
from appliance.installing.settings import Sizing

READY_TIMEOUT_S: Final = 60.0
MAKE_EMPTY: Final = "import pathlib, shutil, sys; p = pathlib.Path(sys.argv[1]); shutil.rmtree(p, True); p.mkdir()"


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What the command line asks for."""

    host: str
    version: str
    with_examples: bool = True
    force: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One thing to do; it tells whether it changed anything."""

    title: str
    run: Callable[[], bool]


def install(wish: Wish, say: Callable[[str], None]) -> None:
    """Install the box. Raise when the machine is not fit, or at the first step that fails; the next try goes on there."""
    require_root()
    started_s = time.monotonic()
    changed: list[str] = []
    for step in steps(wish, say, changed):
        step_s = time.monotonic()
        if step.run():
            changed.append(step.title)
            say(f"  {step.title} ({time.monotonic() - step_s:.1f} s)")
    say("Nothing had to be changed." if not changed else f"Installed in {time.monotonic() - started_s:.0f} s.")


def require_root() -> None:
    """Raise unless root runs this."""
    if os.geteuid() != 0:
        message = "Only root may install the box on a machine."
        raise ApplianceError(message, "sudo ./bastide install")


def steps(wish: Wish, say: Callable[[str], None], changed: Sequence[str]) -> Iterator[Step]:
    """Yield the steps in their order."""
    cores = len(os.sched_getaffinity(0))
    sizing = Sizing(host=wish.host, web=2 if cores > 3 else 1, inference=min(cores, 2), batch=cores)  # noqa: PLR2004  # as `up`
    name = release.name(wish.version)
    yield Step(title="Debian packages", run=lambda: machine.install_packages(say))
    yield Step(title="Accounts", run=machine.make_accounts)
    yield Step(title="Directories", run=machine.make_directories)
    yield Step(title=f"Release {name}", run=lambda: _made(name))
    yield Step(title="Settings", run=lambda: settings.place_settings(sizing))
    yield Step(title="Secrets", run=settings.place_secrets)
    yield Step(title="Queue", run=lambda: settings.place_queue_settings(psutil.virtual_memory().total))
    yield Step(title="Front", run=front.place_front)
    yield Step(title="Certificate", run=lambda: _certified(wish.host))
    yield Step(title="Units", run=lambda: units.place_units() | units.enable(units.names(sizing.inference, sizing.batch)))
    yield Step(title="Switch", run=lambda: release.switch(name))
    yield Step(title="Database", run=_migrated)
    yield Step(title="First account", run=_first_admin)
    yield Step(title="Start", run=lambda: _started(wish.host, changed))
    if wish.with_examples:
        for example in EXAMPLES:
            yield Step(title=f"Example {example}", run=partial(_published, example))


def _made(name: str) -> bool:
    if release.is_whole(name):
        return False
    release.make(name)
    return True


def _migrated() -> bool:
    try:
        running.manage("migrate", "--check")
    except CommandFailed:
        running.manage("migrate", "--no-input", "-v", "0")
        return True
    return False


def _first_admin() -> bool:
    return bool(running.manage("create_first_admin").strip())


def _started(host: str, changed: Sequence[str]) -> bool:
    """Start what does not run, and anew what runs by files that have changed. The sockets stay open meanwhile."""
    is_new = not units.is_active(units.TARGET)
    units.systemctl("start", units.TARGET)
    if changed and not is_new:
        units.systemctl("restart", *(each for each in units.enabled() if each.endswith(".service")))
    probing.wait_until_ready(host, READY_TIMEOUT_S)
    return is_new


def _published(example: str) -> bool:
    """Train an example as the data plane's kind of program and publish it, once in the life of a box."""
    mark = DATA.root / "examples" / example
    if mark.exists():
        return False
    directory = DATA.root / "examples" / f"{example}.work"
    running.python("-c", MAKE_EMPTY, str(directory))
    running.python("-m", f"examples.{example}", str(directory))
    running.manage("publish", str(directory), "--wait")
    shutil.rmtree(directory)
    return place(mark, "published\n")


def _certified(host: str) -> bool:
    from appliance import command
    from appliance.installing.places import TLS

    if (TLS / "box.crt").exists():
        return False
    command.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "90",
                 "-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}", "-keyout", str(TLS / "box.key"), "-out", str(TLS / "box.crt")], timeout_s=30)
    return True
