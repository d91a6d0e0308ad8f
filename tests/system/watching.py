"""Services that end or stand still, and how long it takes until each is there again and does what it is for."""

import time

from tests.system.machine import Machine

UNITS = ("bastide-web", "bastide-inference@1", "bastide-redis", "bastide-nginx", "bastide-control", "bastide-jobs")
GIVEN_UP_AFTER_S = 60
READY = ("curl", "--silent", "--insecure", "--fail", "--max-time", "2", "https://127.0.0.1/readyz")


def main_process(machine: Machine, unit: str) -> str:
    """Return the number of the process that a service consists of, or that began the others."""
    return machine.run("systemctl", "show", "--property=MainPID", "--value", f"{unit}.service").strip()


def replaced_after_s(machine: Machine, unit: str, before: str) -> float:
    """Return after how long another process has taken the place of one, says that it is ready, and the box answers."""
    started_s = time.monotonic()
    script = (
        f'until [ "$(systemctl show -P MainPID {unit})" != {before} ] && systemctl is-active --quiet {unit} '
        f"&& {' '.join(READY)} >/dev/null; do sleep 0.1; done"
    )
    machine.run("timeout", str(GIVEN_UP_AFTER_S), "sh", "-c", script)
    return time.monotonic() - started_s
