"""Whether nginx would start with a configuration: tried on a copy, beside the front that serves."""

import re
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from appliance import command
from appliance.installing.front import CONFIGURATION, CREDENTIALS
from appliance.installing.places import TLS
from appliance.proxy import command as nginx

SCRATCH: Final = Path("/run/bastide")
OWN_DIRECTORY: Final = "/run/bastide-nginx"
AS_ROOT: Final = ("-g", "user root;")
"""Else root's nginx gives its directories to nobody."""

TIMEOUT_S: Final = 30.0
SAID: Final = re.compile(r"^(?:nginx: |\S+ \S+ )\[(?!notice)\w+\] (?:\d+#\d+: )?(.*)$", re.MULTILINE)
"""A line of nginx's with its severity: before it reads what to log to, and after."""


def complaint(text: str) -> tuple[bool, str]:
    """Return whether nginx takes this configuration, and what it says against it, if anything."""
    with tempfile.TemporaryDirectory(dir=SCRATCH, prefix="front-") as scratch:
        draft = Path(scratch) / CONFIGURATION.name
        draft.write_text(elsewhere(text, scratch))
        argv = command.tied_to_us(nginx(draft, "-t", *AS_ROOT))
        done = subprocess.run(argv, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    said = (done.stdout + done.stderr).replace(str(draft), str(CONFIGURATION))
    found = SAID.findall(said)
    return done.returncode == 0, "; ".join(found) if found or done.returncode == 0 else said.strip()


def elsewhere(text: str, scratch: str) -> str:
    """Return a configuration whose addresses and directories are nobody else's; each line stays where it is."""
    text = text.replace(f"{CREDENTIALS}/", f"{TLS}/").replace(f"{OWN_DIRECTORY}/", f"{scratch}/")
    text = re.sub(r"^pid .*;$", "pid /dev/null;", text, flags=re.MULTILINE)
    numbers = iter(range(1, 1000))
    found: dict[str, str] = {}

    def moved(match: re.Match[str]) -> str:
        address = found.setdefault(match[2], f"unix:{scratch}/{next(numbers)}.sock")
        return f"{match[1]}{address}"

    return re.sub(r"^(\s*listen\s+)([^\s;]+)", moved, text, flags=re.MULTILINE)
