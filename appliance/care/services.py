"""What is wrong with the box's units: one that does not run, keeps ending, was changed by hand, or exposes much."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from appliance import command
from appliance.care.unit_states import UnitState
from appliance.checks.check import Check, Status
from appliance.checks.words import NOTHING, Words
from appliance.errors import CommandFailed
from appliance.installing import units
from appliance.installing.places import CURRENT, UNITS

TIMEOUT_S: Final = 60.0
SETTLED_S: Final = 3600.0
"""For so long a unit that ended by itself deserves a look."""

EXPOSURE_MAX: Final = 0.3
EXPOSURE_MAX_WITH_A_NETWORK: Final = 1.2
WITH_A_NETWORK: Final = frozenset({"bastide-egress.service", "bastide-firewall.service"})
"""The relay, which alone speaks to others, and what tells the kernel the bound on connections."""


def judge_units(found: Sequence[UnitState]) -> Iterator[Check]:
    """Yield a check for each unit that is not well, or one for all; none is found where systemd cannot be asked."""
    checks = [check for unit in found if (check := judge_unit(unit)) is not None]
    if checks:
        yield from checks
        return
    yield Check(
        id="units",
        title=Words("Units"),
        measured=Words("{count} run", count=len(found)) if found else Words("systemd does not say"),
        needed=Words("each runs and stays"),
        status=Status.PASSED if found else Status.FAILED,
        hint=NOTHING if found else Words("see why: systemctl status dbus, by which systemd is asked"),
    )


def judge_installation(found: Sequence[UnitState]) -> Check | None:
    """Return the one finding on a box whose units systemd does not have: it says more than one on each part would."""
    if not any(unit.name == units.TARGET and unit.load_state == "not-found" for unit in found):
        return None
    return Check(
        id="installation",
        title=Words("Installation"),
        measured=Words("was not finished, or the box was taken off: systemd does not have {unit}", unit=units.TARGET),
        needed=Words("each step came to its end"),
        status=Status.FAILED,
        hint=Words("sudo ./bastide install, in the directory of the release: it goes on where it stopped"),
    )


def judge_unit(unit: UnitState) -> Check | None:
    """Return what is wrong with a unit; None when nothing is."""
    if unit.load_state != "loaded":
        measured = Words("systemd does not have it ({state})", state=unit.load_state)
        return _unit_check(unit, measured, Status.FAILED, _as_the_release_has_it(unit.name))
    if not unit.is_active:
        measured = Words("{state}, the last time: {result}", state=unit.active_state, result=unit.result or "-")
        hint = Words(
            "sudo systemctl start {unit}; if it ends again, see why: sudo bastide logs {name}",
            unit=unit.name,
            name=_journal_name(unit),
        )
        return _unit_check(unit, measured, Status.FAILED, hint)
    if unit.restarts and (unit.uptime_s or 0.0) < SETTLED_S:
        minutes = int((unit.uptime_s or 0.0) / 60)
        measured = Words(
            "ended by itself {count} times, the last time {minutes} min ago", count=unit.restarts, minutes=minutes
        )
        hint = Words("see why: sudo bastide logs {name}", name=_journal_name(unit))
        return _unit_check(unit, measured, Status.WARNING, hint)
    return None


@dataclass(frozen=True, kw_only=True, slots=True)
class Differences:
    """The unit files that are not as the release has them."""

    changed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.changed or self.missing)


def unit_differences() -> Differences:
    """Return the unit files that are not as the release has them."""
    directory = CURRENT / "systemd"
    if not directory.is_dir():  # the finding on releases tells that
        return Differences()
    files = sorted(path for path in directory.iterdir() if path.suffix in units.SUFFIXES)
    placed = {path.name: _content(UNITS / path.name) for path in files}
    return Differences(
        changed=tuple(path.name for path in files if placed[path.name] not in {None, units.text(path).encode()}),
        missing=tuple(name for name, content in placed.items() if content is None),
    )


def judge_differences(found: Differences, overridden: Sequence[str]) -> Check:
    """Return the check for the unit files. What `systemctl edit` adds is an admin's own, and told."""
    changed, missing = ", ".join(found.changed), ", ".join(found.missing)
    measured = Words("as the release has them")
    if overridden:
        measured = Words("as the release has them, with additions to {units}", units=", ".join(overridden))
    if changed:
        measured = Words("changed by hand: {units}", units=changed)
    if missing:
        measured = Words("missing: {units}", units=missing)
    if changed and missing:
        measured = Words("changed by hand: {changed}; missing: {missing}", changed=changed, missing=missing)
    return Check(
        id="unit_files",
        title=Words("Unit files"),
        measured=measured,
        needed=Words("as the release has them"),
        status=Status.WARNING if found else Status.PASSED,
        hint=_as_the_release_has_it((*found.changed, *found.missing)[0]) if found else NOTHING,
    )


def exposures() -> Mapping[str, float]:
    """Return how exposed systemd finds each of the box's services, from 0 to 10; nothing where it does not say."""
    try:
        rows = json.loads(command.run(["systemd-analyze", "security", "--json=short"], timeout_s=TIMEOUT_S))
    except (CommandFailed, ValueError):
        return {}
    return {row["unit"]: float(row["exposure"]) for row in rows if row["unit"].startswith("bastide-")}


def judge_exposures(found: Mapping[str, float]) -> Check:
    """Return the check for how well the services are walled in."""
    worst = {name: value for name, value in found.items() if value > exposure_max(name)}
    measured = Words("{exposure:.1f} at most of {count} services", exposure=_largest(found), count=len(found))
    if worst:
        name = max(worst, key=lambda each: worst[each] - exposure_max(each))
        measured = Words("{unit}: {exposure:.1f}", unit=name, exposure=worst[name])
    return Check(
        id="exposure",
        title=Words("Exposure of services"),
        measured=measured if found else Words("systemd does not say"),
        needed=Words(
            "{most:.1f} or less, {out:.1f} for the way out and the bound on connections",
            most=EXPOSURE_MAX,
            out=EXPOSURE_MAX_WITH_A_NETWORK,
        ),
        status=(Status.WARNING if worst else Status.PASSED) if found else Status.SKIPPED,
        hint=Words("see which line is missing: systemctl cat {unit}; systemd-analyze security {unit}", unit=name)
        if worst
        else NOTHING,
    )


def exposure_max(unit: str) -> float:
    """Return how exposed a service may be."""
    return EXPOSURE_MAX_WITH_A_NETWORK if unit in WITH_A_NETWORK else EXPOSURE_MAX


def _largest(found: Mapping[str, float]) -> float:
    """Return the largest exposure of what has no network."""
    return max((value for name, value in found.items() if name not in WITH_A_NETWORK), default=0.0)


def _unit_check(unit: UnitState, measured: Words, status: Status, hint: Words) -> Check:
    return Check(
        id=f"unit_{unit.short_name}",
        title=Words("Unit {name}", name=unit.short_name),
        measured=measured,
        needed=Words("runs and stays"),
        status=status,
        hint=hint,
    )


def _as_the_release_has_it(unit: str) -> Words:
    return Words("sudo bastide install; for lines of your own: sudo systemctl edit {unit}", unit=unit)


def _journal_name(unit: UnitState) -> str:
    """Return what `bastide logs` calls it: a socket or a timer has its service's name."""
    return unit.short_name.partition(".")[0] if unit.name != units.TARGET else ""


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
