"""Installs Debian packages where root or sudo may, else says what to type."""

import os
import shutil
from collections.abc import Callable, Iterable
from typing import Final

from appliance import command
from appliance.environment import shell
from appliance.errors import ApplianceError, CommandFailed

APT_TIMEOUT_S: Final = 900.0


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
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y"]
    command.run([*apt, "update"], timeout_s=APT_TIMEOUT_S, environment=_environment())
    command.run(
        [*apt, "install", "--no-install-recommends", *packages], timeout_s=APT_TIMEOUT_S, environment=_environment()
    )


def _prefix() -> list[str] | None:
    if os.geteuid() == 0:
        return []
    try:
        command.run(["sudo", "-n", "true"], timeout_s=10)
    except CommandFailed:
        return None
    return ["sudo", "-n"]


def _environment() -> dict[str, str]:
    # A proxy that the admin has set is the one thing of the shell that apt needs.
    proxies = {name: value for name, value in os.environ.items() if name.lower().endswith("_proxy")}
    return {**shell(), **proxies}
