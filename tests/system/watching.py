"""Services that end or stand still, and how long it takes until each is there again and does what it is for."""

import time

from tests.system.machine import Machine

WATCHED = (
    "bastide-web",
    "bastide-inference@1",
    "bastide-redis",
    "bastide-nginx",
    "bastide-control",
    "bastide-jobs",
    "bastide-egress",
)
"""Whoever of them stands still is replaced as soon as who was killed."""

UNITS = (*WATCHED, "bastide-batch@1")
"""A batch worker has only the time that others leave, so that a late sign of life is no fault: it may stand longer."""

GIVEN_UP_AFTER_S = 90
READY = ("curl", "--silent", "--insecure", "--fail", "--max-time", "2", "https://127.0.0.1/readyz")


def main_process(machine: Machine, unit: str) -> str:
    """Return the number of the process that a service consists of, or that began the others."""
    machine.run("systemctl", "start", f"{unit}.service")  # the way out begins with whoever asks for it first
    return machine.run("systemctl", "show", "--property=MainPID", "--value", f"{unit}.service").strip()


def replaced_after_s(machine: Machine, unit: str, *signal: str) -> float:
    """Send a signal. Return after how long another process is in place, says that it is ready, and the box answers."""
    before = main_process(machine, unit)
    # A child that ends this very moment is an error to systemctl, which has reached all others by then.
    machine.run("systemctl", "kill", *signal, f"{unit}.service", check=False)
    started_s = time.monotonic()
    script = (
        f'until [ "$(systemctl show -P MainPID {unit})" != {before} ] && systemctl is-active --quiet {unit} '
        f"&& {' '.join(READY)} >/dev/null; do sleep 0.1; done"
    )
    machine.run("timeout", str(GIVEN_UP_AFTER_S), "sh", "-c", script)
    return time.monotonic() - started_s


def stopped_child_replaced_after_s(machine: Machine, main: str) -> float:
    """Stop all that a process began. Return after how long all of them are gone, and the box answers."""
    children = machine.run("sh", "-c", f"cat /proc/{main}/task/*/children; true").split()
    machine.run("sh", "-c", f"kill -STOP {' '.join(children)}")
    started_s = time.monotonic()
    gone = " || ".join(f"kill -0 {child} 2>/dev/null" for child in children)
    script = f"while {gone} || ! {' '.join(READY)} >/dev/null; do sleep 0.1; done"
    machine.run("timeout", str(GIVEN_UP_AFTER_S), "sh", "-c", script)
    return time.monotonic() - started_s
