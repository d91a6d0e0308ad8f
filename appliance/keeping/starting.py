"""Starts a service anew, and gives it up when it takes far longer than the one that ran before."""

import time
from contextlib import suppress
from typing import Final

from appliance import command
from appliance.errors import ApplianceError, CommandFailed
from appliance.installing import units

RESTART_TIMEOUT_S: Final = 100.0
POLL_S: Final = 0.1
TIMES: Final = 3.0
"""So many times as long as the former one a start may take: it shares the machine with whoever asks meanwhile."""

PATIENCE_MIN_S: Final = 4.0
"""With the end of what hangs and the start of the former one, which takes a second or two then, it stays within ten."""

PATIENCE_MAX_S: Final = 90.0
READY: Final = "active"
ENDED: Final = frozenset({"failed", "inactive"})
STARTS_AGAIN: Final = "auto-restart"


def restart(unit: str) -> None:
    """Start a service anew. Raise with its last words when it does not start."""
    _forget_failures(unit)
    try:
        command.run(["systemctl", "restart", unit], timeout_s=RESTART_TIMEOUT_S)
    except CommandFailed as error:
        raise _not_started(unit) from error


def start_anew(unit: str, patience_s: float) -> None:
    """Start a service anew that says when it is ready. Raise when it ends, or says nothing for so long.

    Its time begins with its start: before, the former one may end what it has in hand.
    """
    former = _shown(unit)["InvocationID"]
    _forget_failures(unit)
    units.systemctl("restart", "--no-block", unit)
    deadline_s, is_begun = time.monotonic() + RESTART_TIMEOUT_S, False
    while (state := _shown(unit))["InvocationID"] == former or state["ActiveState"] != READY:
        if not is_begun and state["InvocationID"] != former:
            deadline_s, is_begun = time.monotonic() + patience_s, True
        has_ended = state["ActiveState"] in ENDED or STARTS_AGAIN in state["SubState"]
        if (is_begun and has_ended) or time.monotonic() > deadline_s:
            with suppress(CommandFailed):  # nothing of it is left
                units.systemctl("kill", "--signal=SIGKILL", unit)
            raise _not_started(unit)
        time.sleep(POLL_S)


def patience_s(unit: str) -> float:
    """Return how long a start of a service is waited for, by how long the start took of the one that runs."""
    told = _shown(unit, "InactiveExitTimestampMonotonic", "ActiveEnterTimestampMonotonic")
    began_us, ready_us = (int(each) if each.isdecimal() else 0 for each in told.values())
    if ready_us <= began_us:
        return PATIENCE_MAX_S  # none runs, so nobody knows
    return min(max(TIMES * (ready_us - began_us) / 1e6, PATIENCE_MIN_S), PATIENCE_MAX_S)


def _shown(unit: str, *names: str) -> dict[str, str]:
    wanted = names or ("InvocationID", "ActiveState", "SubState")
    lines = units.systemctl("show", *(f"--property={name}" for name in wanted), unit).splitlines()
    told = {name: value for name, _, value in (line.partition("=") for line in lines)}
    return {name: told.get(name, "") for name in wanted}


def _forget_failures(unit: str) -> None:
    with suppress(CommandFailed):  # it had not failed
        units.systemctl("reset-failed", unit)


def _not_started(unit: str) -> ApplianceError:
    said = command.run(["journalctl", "-u", unit, "-n", "12", "-o", "cat"], timeout_s=RESTART_TIMEOUT_S)
    return ApplianceError(f"{unit} does not start:\n{said.strip()}", f"journalctl -u {unit} -n 100 tells more")
