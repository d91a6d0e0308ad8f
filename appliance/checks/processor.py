"""Cores, the instructions that the pinned wheels were compiled for, and how busy the machine is."""

import os
import platform
from pathlib import Path
from typing import Final

from appliance.checks.check import Check, Status, graded
from appliance.checks.words import NOTHING, Words

CORES_NEEDED: Final = 2
LOAD_PER_CORE_MAX: Final = 1.5

# As /proc/cpuinfo calls them. A missing one ends a process with "Illegal instruction" and no other word.
FLAGS_BY_WHEEL: Final = {
    "numpy": ("cx16", "lahf_lm", "popcnt", "pni", "sse4_1", "sse4_2", "ssse3"),
    "polars": ("abm", "avx", "avx2", "bmi1", "bmi2", "fma", "movbe", "pclmulqdq"),
}
MACHINES: Final[dict[str, dict[str, tuple[str, ...]]]] = {"x86_64": FLAGS_BY_WHEEL, "aarch64": {"numpy": ("asimd",)}}


def check_cores() -> Check:
    """Check how many cores this process may use."""
    return judge_cores(len(os.sched_getaffinity(0)))


def judge_cores(count: int) -> Check:
    """Return the check for a number of cores."""
    return Check(
        id="cores",
        title=Words("Processor cores"),
        measured=Words("{count}", count=count),
        needed=Words("{count:,} or more", count=CORES_NEEDED),
        status=graded(count, failed_below=1, warning_below=CORES_NEEDED),
        hint=NOTHING
        if count >= CORES_NEEDED
        else Words("the box works on one core, but pages wait while models compute; give it two"),
    )


def check_flags() -> Check:
    """Check the processor's instructions against the pinned wheels."""
    return judge_flags(platform.machine(), flags_of(Path("/proc/cpuinfo").read_text()))


def flags_of(cpuinfo: str) -> frozenset[str]:
    """Return the flags that every core has."""
    lines = (line.partition(":") for line in cpuinfo.splitlines())
    found = [frozenset(value.split()) for name, _, value in lines if name.strip() in {"flags", "Features"}]
    return frozenset.intersection(*found) if found else frozenset()


def judge_flags(machine: str, flags: frozenset[str]) -> Check:
    """Return the check for a machine with these instructions."""
    wheels = MACHINES.get(machine, {})
    missing = {wheel: sorted(set(wanted) - flags) for wheel, wanted in wheels.items()}
    lacking = "; ".join(f"{' '.join(names)} ({wheel})" for wheel, names in missing.items() if names)
    known = bool(wheels)
    found = Words("{machine}: all there", machine=machine) if known else Words("{machine}", machine=machine)
    return Check(
        id="cpu_flags",
        title=Words("Processor instructions"),
        measured=Words("{machine}: lacks {instructions}", machine=machine, instructions=lacking) if lacking else found,
        needed=Words("what the pinned packages were compiled for") if known else Words("x86_64 or aarch64"),
        status=Status.PASSED if known and not lacking else Status.FAILED,
        hint=NOTHING if known and not lacking else _flags_hint(machine, is_known=known),
    )


def _flags_hint(machine: str, *, is_known: bool) -> Words:
    if not is_known:
        return Words("there are no packages for {machine}; use an x86_64 or aarch64 machine", machine=machine)
    return Words("use a processor of 2013 or later; for a virtual machine, choose the processor type 'host'")


def check_load() -> Check:
    """Check whether the machine is already busy."""
    return judge_load(os.getloadavg()[0], len(os.sched_getaffinity(0)))


def judge_load(load: float, cores: int) -> Check:
    """Return the check for the load of the last minute."""
    is_busy = load > cores * LOAD_PER_CORE_MAX
    return Check(
        id="load",
        title=Words("Load"),
        measured=Words("{load:.1f} on {cores} cores", load=load, cores=cores),
        needed=Words("under {load:.1f}", load=cores * LOAD_PER_CORE_MAX),
        status=Status.WARNING if is_busy else Status.PASSED,
        hint=Words("other programs keep this machine busy (see top); answers will be slow while they do")
        if is_busy
        else NOTHING,
    )
