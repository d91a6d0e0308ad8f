"""What an installation would find and touch, told without touching anything."""

import os
from collections.abc import Iterator
from typing import Final

from appliance import packages
from appliance.checks.telling import table, verdict
from appliance.installing import fitness, machine, release
from appliance.installing.install import PACKAGES, Wish, steps

ROOTS_ALONE: Final = frozenset({"data", "disk_speed", "port_80", "port_443"})
"""Checks that nobody else can make, whatever the machine is like."""

UNTOLD: Final = "and what these need, which apt tells after sudo apt-get update"


def plan(wish: Wish) -> Iterator[str]:
    """Yield what the checks find, then what an installation would touch, a line each."""
    yield from findings(wish, is_root=os.geteuid() == 0)
    yield ""
    for step in steps(wish, lambda _: None, ()):
        yield step.title
        touches = packages_touched() if step.title == PACKAGES else step.touches
        yield from (f"  {each}" for each in touches)


def findings(wish: Wish, *, is_root: bool) -> Iterator[str]:
    """Yield what the checks find. None of it keeps anybody from reading on."""
    found = fitness.checks(wish.names[0], release.name(wish.version))
    seen = [check for check in found if is_root or check.id not in ROOTS_ALONE]
    yield from table(seen)
    yield verdict(seen)
    if not is_root:
        yield "Ports, the disk's speed and data of a box are checked for root alone: type sudo before the same command."


def packages_touched() -> tuple[str, ...]:
    """Return the packages that would be installed, with those that they bring along."""
    wanted = machine.missing_packages()
    told = packages.all_of(wanted)
    lines = tuple(f"package {name}" for name in told or wanted)
    return lines if told or not wanted else (*lines, UNTOLD)
