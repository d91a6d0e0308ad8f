"""What doctor finds on a booted machine, and what tests spoil there for a while."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.system.machine import Machine

OF_THE_CONTAINER = {"clock", "name"}
"""What no container has: a clock of its own that is kept, a name in the network."""

SETTINGS = "etc/bastide/bastide.env"


def findings(machine: Machine, *options: str) -> dict[str, dict[str, Any]]:
    results = json.loads(machine.run("bastide", "doctor", "--json", *options, check=False))["results"]
    return {each["id"]: each for each in results}


def wrong(machine: Machine) -> dict[str, dict[str, Any]]:
    found = {name: each for name, each in findings(machine).items() if each["status"] in {"warning", "failed"}}
    return {name: each for name, each in found.items() if name not in OF_THE_CONTAINER}


@contextmanager
def edited(path: Path, content: str | bytes) -> Iterator[None]:
    """Write a file otherwise, and at the end what it was."""
    before = path.read_bytes()
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    try:
        yield
    finally:
        path.write_bytes(before)


def is_well_within(machine: Machine, timeout_s: float) -> bool:
    deadline_s = time.monotonic() + timeout_s
    while wrong(machine).keys() - {"unit_redis", "unit_web"}:
        if time.monotonic() > deadline_s:
            return False
        time.sleep(1)
    return True
