"""All checks together, in the order in which people read them, and their record for the box page."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from appliance import lock
from appliance.checks.check import Check, Status
from appliance.checks.memory import check_memory
from appliance.checks.port import check_port
from appliance.checks.processor import check_cores, check_flags, check_load
from appliance.checks.redis import check_redis
from appliance.checks.storage import check_disk_free, check_disk_speed, check_file_system, check_inodes, existing
from appliance.checks.system import check_clock, check_open_files, check_python
from appliance.environment import Address
from appliance.errors import ApplianceError
from appliance.installing.placing import place
from appliance.ownership import as_owner
from appliance.paths import DataDirectory


def all_checks(data: DataDirectory, address: Address, *, own_pid: int | None) -> tuple[Check, ...]:
    """Return every check. What the box that runs as `own_pid` itself uses counts as free."""
    directory = existing(data.root)
    return (
        check_python(),
        check_cores(),
        check_flags(),
        check_memory(),
        check_load(),
        check_disk_free(directory),
        check_inodes(directory),
        check_disk_speed(directory),
        check_file_system(directory),
        check_open_files(),
        check_clock(),
        check_port(address, own_pid),
        check_redis(data, box_is_running=own_pid is not None),
    )


def check_now(data: DataDirectory, address: Address) -> tuple[Check, ...]:
    """Return every check, whether or not a box runs in this data directory."""
    running = lock.holder(data)
    return all_checks(data, address, own_pid=running.pid if running else None)


def preflight(data: DataDirectory, address: Address, say: Callable[[str], None], *, force: str) -> None:
    """Check the machine before a box starts; say what is not right and keep all of it. Raise when something failed.

    `force`: why the box is to start all the same.
    """
    results = all_checks(data, address, own_pid=None)
    for check in results:
        if check.status in {Status.WARNING, Status.FAILED}:
            say(f"  {check.status}: {check.title}: {check.measured} (needed: {check.needed}); {check.hint}")
    failed = [check for check in results if check.status is Status.FAILED]
    write(data, results, reason=force if failed else "")
    if failed and not force:
        raise refusal(failed)


def refusal(failed: Sequence[Check]) -> ApplianceError:
    """Return the error for a machine on which the box would not work."""
    first = failed[0]
    message = f"This machine is not ready for Bastide: {first.title}: {first.measured} (needed: {first.needed})."
    if len(failed) > 1:
        message += f" {len(failed) - 1} more checks failed."
    forcing = "" if first.id == "port" else "; or start all the same with --force REASON, which is recorded"
    return ApplianceError(message, f"{first.hint}{forcing}")


def write(data: DataDirectory, results: Sequence[Check], *, reason: str = "", by: str = "") -> None:
    """Record the results where the box page reads them, and why somebody wanted a box although one failed.

    `by`: the account of the machine that installed it so; "" for a box in a terminal.

    Appears whole or not at all.
    """
    record = {
        "checked_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "forced": bool(reason),
        "reason": reason,
        "by": by,
        "results": [check.to_json() for check in results],
    }
    with as_owner(data.root):
        if data.checks.is_symlink():
            data.checks.unlink()
        place(data.checks, json.dumps(record, indent=2) + "\n")


def forced_before(data: DataDirectory, results: Sequence[Check]) -> tuple[str, str]:
    """Return why somebody wanted the box that is here although a check failed, and who; "" once none of those does."""
    try:
        record = json.loads(data.checks.read_text())
        failed = {each["id"] for each in record["results"] if each["status"] == Status.FAILED}
        forced = (str(record["reason"]), str(record.get("by", "")))
    except (OSError, ValueError, TypeError, KeyError):
        return "", ""
    still = {check.id for check in results if check.status is Status.FAILED}
    return forced if failed & still else ("", "")
