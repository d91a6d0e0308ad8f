"""The box's part of the machine's journal: which units are meant, and how journalctl is asked for them."""

from collections.abc import Sequence
from typing import Final

from appliance.errors import ApplianceError

SHORT_NAMES: Final = (
    *("web", "control", "redis", "nginx"),
    *("inference", "jobs", "batch"),
    *("egress", "firewall", "certificate", "checks", "canary", "backup", "retention"),
    *("renewed", "front-anew", "noted"),
)
NUMBERED: Final = frozenset({"inference", "batch"})
ALL: Final = "bastide*"


def unit_pattern(name: str) -> str:
    """Return what journalctl calls a unit that a person named. Raise for one that the box does not have."""
    short = name.removeprefix("bastide-").removesuffix(".service")
    kind, at, number = short.partition("@")
    if kind not in SHORT_NAMES or (at and not (kind in NUMBERED and number.isdecimal())):
        message = f"The box has no unit '{name}'."
        raise ApplianceError(message, f"name one of {', '.join(SHORT_NAMES)}, or a single process such as inference@1")
    if kind in NUMBERED:
        return f"bastide-{kind}@{number or '*'}.service"
    return f"bastide-{kind}.service"


def journal_argv(units: Sequence[str], *, lines: int, since: str = "", follow: bool = False) -> list[str]:
    """Return the command that prints what these units said, all of the box's without names."""
    patterns = [unit_pattern(name) for name in units] or [ALL]
    argv = ["journalctl", "--no-pager", "--quiet", f"--lines={lines}", *(f"--unit={each}" for each in patterns)]
    if since:
        argv.append(f"--since={since}")
    if follow:
        argv.append("--follow")
    return argv
