"""The Debian packages of a bundle: what an installation needs, with all that it depends on, as an archive for apt.

All of it is taken, down to the C library: which of them a machine has already, and how new, is known only there.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

from appliance import command
from appliance.bundling.targets import TARGETS, Target
from appliance.errors import ApplianceError
from appliance.packages import apt_environment

TIMEOUT_S: Final = 900.0
LIST_TIMEOUT_S: Final = 60.0
KEYRING: Final = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
FIELDS: Final = "$(REPO_URI) $(RELEASE) $(COMPONENT) $(ORIGIN)"
SUITES: Final = ("", "-updates", "-security")


def collect(target: Target, packages: Iterable[str], archive: Path, say: Callable[[str], None]) -> None:
    """Put packages with all that they depend on into a directory, with a list of them for apt."""
    say(f"  Debian packages for Debian {target.number}")
    asked = [command.run(["apt-get", "indextargets", "--format", FIELDS], timeout_s=LIST_TIMEOUT_S)]
    lines = sorted(sources(asked[0], target))
    if not lines:
        message = "The apt of this machine knows no archive of Debian."
        raise ApplianceError(message, "make the bundle on a Debian 12 or 13 whose /etc/apt/sources.list names one")
    options = _options(archive.with_name(f"apt-{target.number}"), archive, lines)
    for arguments in (["update"], ["-y", "install", "--download-only", "--no-install-recommends", *packages]):
        command.run(["apt-get", "-q", *options, *arguments], timeout_s=TIMEOUT_S, environment=apt_environment())
    for path in archive.glob("*"):
        if path.suffix == ".deb":  # an epoch stands in the name as %3a, which an address would have to say otherwise
            path.rename(archive / re.sub(r"_\d+%3a", "_", path.name))
        elif path.is_dir():
            path.rmdir()
        else:
            path.unlink()
    (archive / "Packages").write_text("\n".join(_entries(archive)))


def sources(known: str, target: Target) -> Iterator[str]:
    """Yield where a Debian's packages are, by where this machine finds those of its own."""
    codenames = "|".join(each.codename for each in TARGETS.values())
    for line in set(known.splitlines()):
        address, suite, component, *origin = line.split()
        found = re.fullmatch(rf"({codenames}|stable|oldstable)(-updates|-security)?", suite)
        if found and component == "main" and "".join(origin) in {"Debian", "", "$(ORIGIN)"}:
            signed = f"[signed-by={KEYRING}] " if KEYRING.exists() else ""
            yield f"deb {signed}{address} {target.codename}{found[2] or ''} main"


def _options(state: Path, archive: Path, lines: Iterable[str]) -> list[str]:
    """Return the options of an apt that knows of no package that is installed, and leaves this machine's own alone."""
    for directory in (state / "lists/partial", archive / "partial"):
        directory.mkdir(parents=True)
    (state / "status").touch()
    (state / "sources.list").write_text("\n".join(lines) + "\n")
    settings = {
        "Dir::State": state,
        "Dir::State::status": state / "status",
        "Dir::Cache": state,
        "Dir::Cache::archives": archive,
        "Dir::Etc::SourceList": state / "sources.list",
        "Dir::Etc::SourceParts": "/dev/null",
        "Acquire::Languages": "none",
        "APT::Sandbox::User": "root",
        "APT::Keep-Downloaded-Packages": "true",
    }
    return [word for name, value in settings.items() for word in ("-o", f"{name}={value}")]


def _entries(archive: Path) -> Iterator[str]:
    for path in sorted(archive.glob("*.deb")):
        control = command.run(["dpkg-deb", "--field", str(path)], timeout_s=LIST_TIMEOUT_S).rstrip()
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        yield f"{control}\nFilename: ./{path.name}\nSize: {path.stat().st_size}\nSHA256: {digest}\n"
