"""Whether nginx would start with a configuration: tried on a copy, beside the front that serves."""

import os
import re
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from appliance import command
from appliance.errors import ApplianceError
from appliance.installing import front
from appliance.installing.front import CONFIGURATION, CREDENTIALS
from appliance.installing.places import TLS
from appliance.installing.placing import place
from appliance.installing.root import is_root
from appliance.proxy import command as nginx

SCRATCH: Final = Path("/run/bastide")
OWN_DIRECTORY: Final = "/run/bastide-nginx"
AS_ROOT: Final = ("-g", "user root;")
"""Else root's nginx gives its directories to nobody."""

TIMEOUT_S: Final = 30.0
SAID: Final = re.compile(r"^(?:nginx: |\S+ \S+ )\[(?!notice)\w+\] (?:\d+#\d+: )?(.*)$", re.MULTILINE)
"""A line of nginx's with its severity: before it reads what to log to, and after."""


def place_tried(names: Iterable[str], upload_bytes_max: int) -> bool:
    """Write what nginx is started with. Raise, with nginx's words and nothing written, when it would not start so."""
    wanted = front.text(names, upload_bytes_max)
    require_taken(wanted)
    return place(CONFIGURATION, wanted)


def require_taken(text: str) -> None:
    """Raise with nginx's words unless it would start with this configuration, by the certificate that there is."""
    is_taken, said = complaint(text)
    if not is_taken:
        message = f"nginx would not start: {said}"
        raise ApplianceError(message, "the front goes on as it was; mend what nginx says, then type the same again")


def complaint(text: str) -> tuple[bool, str]:
    """Return whether nginx takes this configuration, and what it says against it, if anything."""
    # Whoever else than root asks has a /tmp of its own.
    where = SCRATCH if os.access(SCRATCH, os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=where, prefix="front-") as scratch:
        draft = Path(scratch) / CONFIGURATION.name
        draft.write_text(elsewhere(text, scratch))
        argv = command.tied_to_us(nginx(draft, "-t", *(AS_ROOT if is_root() else ())))
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
