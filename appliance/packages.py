"""Installs Debian packages where root or sudo may, else says what to type."""

import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from appliance import command
from appliance.bundling import bundled
from appliance.environment import shell
from appliance.errors import ApplianceError, CommandFailed
from appliance.paths import ROOT

APT_TIMEOUT_S: Final = 900.0
POLICY_TIMEOUT_S: Final = 10.0
WAITING: Final = ("-o", "DPkg::Lock::Timeout=300")
"""A machine that was just started looks for its own updates, and holds the lock meanwhile."""

WRITING_NOTHING: Final = ("-o", "Dir::Cache::pkgcache=", "-o", "Dir::Cache::srcpkgcache=")
"""Else apt keeps what it has read of its lists."""

START_NOTHING: Final = ROOT / "scripts" / "start_nothing"
POLICY: Final = Path("/usr/sbin/policy-rc.d")
"""Debian asks it whether a service may be started, and starts it where there is none."""


def ensure(programs: Iterable[tuple[str, str]], say: Callable[[str], None]) -> None:
    """Install the package of each (program, package) whose program is missing. Raise when we may not."""
    wanted = [package for program, package in programs if shutil.which(program) is None]
    if wanted:
        install(wanted, say)


def install(packages: list[str], say: Callable[[str], None]) -> None:
    """Install packages. Raise with the command to type when neither root nor sudo lets us."""
    names = " ".join(packages)
    hint = f"sudo apt-get install {names}"
    prefix = _prefix()
    if prefix is None or shutil.which("apt-get") is None:
        message = f"Not installed, and this account may not install it: {names}."
        raise ApplianceError(message, hint)
    say(f"Installing Debian packages: {names}")
    with bundled.apt_options() as options:
        apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y", *WAITING, *options]
        command.run([*apt, "update"], timeout_s=APT_TIMEOUT_S, environment=apt_environment())
        install_now = [*apt, "install", "--no-install-recommends", *packages]
        with _nothing_starting(prefix):
            command.run(install_now, timeout_s=APT_TIMEOUT_S, environment=apt_environment())


def all_of(wanted: list[str]) -> list[str]:
    """Return what apt would install for these packages, which it tells without doing it; nothing where it cannot."""
    if not wanted or shutil.which("apt-get") is None:
        return []
    try:
        with bundled.apt_options() as options:
            apt = ["apt-get", "-q", *options]
            if options:  # the bundle's lists are in a directory of their own, which is empty so far
                command.run([*apt, "update"], timeout_s=APT_TIMEOUT_S, environment=apt_environment())
            simulated = [*apt, *WRITING_NOTHING, "--simulate", "install", "--no-install-recommends", *wanted]
            told = command.run(simulated, timeout_s=APT_TIMEOUT_S, environment=apt_environment())
    except ApplianceError:
        return []
    return sorted(set(re.findall(r"^Inst (\S+)", told, re.MULTILINE)))


@contextmanager
def _nothing_starting(prefix: list[str]) -> Iterator[None]:
    """Keep Debian from starting the services that it installs: what is needed here is started here."""
    if POLICY.exists() and not is_policy_left():
        yield  # the machine has a policy of its own
        return
    command.run([*prefix, "install", "-m", "755", str(START_NOTHING), str(POLICY)], timeout_s=POLICY_TIMEOUT_S)
    try:
        yield
    finally:
        command.run([*prefix, "rm", "-f", str(POLICY)], timeout_s=POLICY_TIMEOUT_S)


def is_policy_left() -> bool:
    """Return whether an installation that was killed, or lost its power, has left its policy: it has the very words."""
    try:
        return POLICY.read_bytes() == START_NOTHING.read_bytes()
    except OSError:
        return False


def end_left_policy(say: Callable[[str], None]) -> bool:
    """Let Debian start services again where an installation that was killed keeps it from that. Return whether so."""
    if not is_policy_left():
        return False
    say(f"  Removing {POLICY}, left by an installation that was killed: no package could start its service")
    POLICY.unlink()
    return True


def _prefix() -> list[str] | None:
    if os.geteuid() == 0:
        return []
    try:
        command.run(["sudo", "-n", "true"], timeout_s=10)
    except CommandFailed:
        return None
    return ["sudo", "-n"]


def apt_environment() -> dict[str, str]:
    """Return what apt gets of the shell: the proxy that an admin has set is the one thing that it needs."""
    proxies = {name: value for name, value in os.environ.items() if name.lower().endswith("_proxy")}
    return {**shell(), **proxies}
