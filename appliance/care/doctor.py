"""Looks for what is wrong with an installed box, and keeps what it found for the box page."""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

from appliance import command
from appliance.care import (
    alerts,
    answers,
    backups,
    certificate,
    front,
    half_done,
    queue,
    releases,
    services,
    settings_file,
    unit_states,
)
from appliance.care.unit_states import UnitState
from appliance.checks.check import Check, Status
from appliance.checks.network import check_syn_cookies
from appliance.checks.storage import check_disk_free, check_inodes
from appliance.checks.system import clock_is_synchronised, judge_clock
from appliance.checks.words import Words
from appliance.errors import ApplianceError, CommandFailed
from appliance.installing import settings
from appliance.installing.name_leading import check_name
from appliance.installing.places import CARE, DATA
from appliance.installing.placing import place
from appliance.ownership import as_owner
from appliance.tls.names import names_of

FINDINGS: Final = CARE / "findings.json"
"""The site reads it by the group of its directory."""

TIMEOUT_S: Final = 30.0
MODE: Final = 0o640


def look(now: datetime, *, is_typed: bool) -> tuple[Check, ...]:
    """Return every finding, in the order in which people read them.

    Where somebody typed it, a prediction is asked with a key of its own, as a client asks, the network is asked where
    the box's name leads, and the kernel which rules it has. The hourly look may do none of that: for a prediction the
    site has just asked itself.
    """
    host = next(filter(_is_name, settings.names()), "localhost")
    found = _units()
    if (unfinished := services.judge_installation(found)) is not None:
        return (unfinished,)
    overridden = [unit.name for unit in found if unit.drop_ins]
    readiness = answers.check_readiness(host)
    return (
        *services.judge_units(found),
        answers.check_sockets(),
        front.check_configuration(),
        *front.check_names(),
        readiness,
        answers.check_prediction(host, is_ready=readiness.status is Status.PASSED)
        if is_typed
        else answers.check_kept_prediction(DATA.root, now),
        *queue.judge_redis(queue.ask_redis()),
        *certificate.check_certificate(now),
        *((_check_name(host),) if is_typed else ()),
        front.check_bound(is_typed=is_typed),
        check_syn_cookies(),
        *_check_disk(DATA.root),
        _check_clock(),
        *settings_file.check_settings(),
        services.judge_differences(services.unit_differences(), overridden),
        services.judge_exposures(services.exposures()),
        releases.check_releases(),
        half_done.check_half_done(),
        backups.check_backups(now),
        alerts.check_alerts(DATA.root),
    )


def _units() -> tuple[UnitState, ...]:
    """Return how the units are; none where systemd cannot be asked, which is a finding of its own."""
    try:
        return unit_states.shown(unit_states.wanted())
    except CommandFailed:
        return ()


def _is_name(text: str) -> bool:
    """Return whether the box can be asked by this name; the finding on the certificate's names tells what is wrong."""
    try:
        return bool(names_of([text]))
    except ApplianceError:
        return False


def _check_name(host: str) -> Check:
    check = check_name(host)
    if check.status is not Status.WARNING:
        return check
    hint = Words(
        "have the name {host} entered in the network's DNS; who has it in a file of their own is served", host=host
    )
    return replace(check, hint=hint)


def _check_disk(directory: Path) -> tuple[Check, ...]:
    space, inodes = check_disk_free(directory), check_inodes(directory)
    hint = Words(
        "see what takes it: sudo du -xh --max-depth=2 {directory} | sort -h | tail; old jobs and versions are deleted "
        "on their pages",
        directory=str(directory),
    )
    return (space if space.status is Status.PASSED else replace(space, hint=hint), inodes)


def _check_clock() -> Check:
    """Return the check for the clock; where the kernel is not to be asked, as in a sandbox, systemd is."""
    is_synchronised = clock_is_synchronised()
    if is_synchronised is None:
        with suppress(CommandFailed):
            argv = ["timedatectl", "show", "--property=NTPSynchronized", "--value"]
            is_synchronised = command.run(argv, timeout_s=TIMEOUT_S).strip() == "yes"
    return judge_clock(is_synchronised)


def record(found: Sequence[Check], now: datetime) -> None:
    """Keep the findings, whole or not at all, where the box page reads them, if there is such a place."""
    if not FINDINGS.parent.is_dir():
        return
    content = {"checked_at": now.isoformat(timespec="seconds"), "results": [check.to_json() for check in found]}
    with as_owner(FINDINGS.parent):
        place(FINDINGS, json.dumps(content, indent=2, ensure_ascii=False) + "\n", mode=MODE)
