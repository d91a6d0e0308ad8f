"""The Python packages of a bundle: a wheel for each pin, made here where the package index has none."""

import hashlib
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from packaging.markers import Marker

from appliance import command
from appliance.bundling.targets import Target
from appliance.errors import ApplianceError
from appliance.paths import REQUIREMENTS

PIP: Final = REQUIREMENTS.with_name("pip.txt")
TIMEOUT_S: Final = 1_800.0
PIN: Final = re.compile(
    r"^([\w.-]+==[^\s;]+)(?:\s*;\s*([^\\\n]+?))?\s*\\\n((?:\s+--hash=\S+(?:\s*\\)?\n?)+)", re.MULTILINE
)
"""A pin as uv writes it: the package, when it is needed, its hashes."""

HASH: Final = re.compile(r"--hash=(\S+)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Pin:
    """A package of one version, when it is needed, and the files that it may be."""

    package: str
    condition: str
    hashes: tuple[str, ...]

    def is_needed(self, target: Target) -> bool:
        """Return whether a Debian needs it."""
        return not self.condition or Marker(self.condition).evaluate(dict(target.marker))


def pins(text: str) -> list[Pin]:
    """Return what a file of pins says."""
    found = PIN.findall(text)
    assert len(found) == sum(line[:1].isalnum() for line in text.splitlines()), "each pin has hashes"
    return [
        Pin(package=name, condition=condition, hashes=tuple(HASH.findall(hashes))) for name, condition, hashes in found
    ]


def needed_by(target: Target) -> list[Pin]:
    """Return the pins that a Debian needs, pip's own among them."""
    return [pin for pin in (*pins(REQUIREMENTS.read_text()), *pins(PIP.read_text())) if pin.is_needed(target)]


def collect(target: Target, wheels: Path, scratch: Path, say: Callable[[str], None]) -> None:
    """Put the wheels that a Debian needs into a directory."""
    say(f"  Python packages for Debian {target.number} (Python {target.python_minor})")
    fetched = _fetched(target, needed_by(target), scratch)
    for path in sorted(fetched.iterdir()):
        made = path if path.suffix == ".whl" else _made(path, scratch)
        shutil.copyfile(made, wheels / made.name)
    shutil.rmtree(fetched)


def _fetched(target: Target, needed: list[Pin], scratch: Path) -> Path:
    """Have pip fetch what the pins name: it prefers wheels, and knows no package but those with the right hash."""
    directory, listed = scratch / f"fetched-{target.number}", scratch / f"pins-{target.number}.txt"
    directory.mkdir()
    lines = (" ".join([pin.package, *(f"--hash={each}" for each in pin.hashes)]) for pin in needed)
    listed.write_text("\n".join(lines) + "\n")
    kind = ["--python-version", target.python_minor, "--implementation", "cp", "--abi", target.abi]
    kind += [word for each in target.platforms for word in ("--platform", each)]
    _pip("download", "--no-deps", "--require-hashes", *kind, "-d", str(directory), "-r", str(listed))
    return directory


def _made(source: Path, scratch: Path) -> Path:
    """Make a wheel of a package that is only there as source. Raise where that would run on this machine alone."""
    directory = scratch / f"made-{source.name}"
    if not directory.exists():  # for another Debian; made twice, it would be two files of one name
        _pip("wheel", "--no-deps", "--use-pep517", "-w", str(directory), str(source))
    (wheel,) = directory.glob("*.whl")
    if not wheel.name.endswith("-none-any.whl"):
        message = f"The package index has no wheel of {source.name}, and one made here runs on this machine alone."
        raise ApplianceError(message, "pin a version of it in requirements/ that has wheels")
    return wheel


def _pip(action: str, *arguments: str) -> None:
    argv = [sys.executable, "-m", "pip", action, "--disable-pip-version-check", "--no-input", "--progress-bar=off"]
    command.run([*argv, *arguments], timeout_s=TIMEOUT_S, environment=dict(os.environ))


def pins_of(wheels: Path, target: Target) -> Iterator[str]:
    """Yield a line for each pin of a Debian, with the hashes of the wheels that there are, some of other Debians'."""
    for pin in needed_by(target):
        name, _, version = pin.package.partition("==")
        start = f"{re.sub(r'[-_.]+', '_', name).lower()}-{version}-".lower()
        found = [path for path in sorted(wheels.iterdir()) if _plain(path.name).startswith(start)]
        assert found, f"{pin.package} was fetched for Debian {target.number}"
        hashes = " ".join(f"--hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}" for path in found)
        yield f"{pin.package} {hashes}\n"


def _plain(file: str) -> str:
    name, _, rest = file.partition("-")
    return f"{re.sub(r'[-_.]+', '_', name).lower()}-{rest.lower()}"
