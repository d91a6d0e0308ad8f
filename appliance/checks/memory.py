"""Memory: what the machine has, or what its control group grants."""

from pathlib import Path
from typing import Final

import psutil

from appliance.checks.check import Check, graded
from appliance.checks.words import NOTHING, Words

GIB: Final = 2**30
NEEDED_BYTES: Final = GIB
RECOMMENDED_BYTES: Final = 2 * GIB
TOLERANCE: Final = 0.06
"""A machine sold with 2 GB shows less: the firmware and the kernel keep a part."""

CGROUP_LIMIT: Final = Path("/sys/fs/cgroup/memory.max")


def check_memory() -> Check:
    """Check the memory that this machine, or its container, has."""
    return judge_memory(min(psutil.virtual_memory().total, cgroup_limit_bytes(CGROUP_LIMIT)))


def cgroup_limit_bytes(file: Path) -> float:
    """Return the limit of the control group; infinite when there is none."""
    try:
        text = file.read_text().strip()
    except OSError:
        return float("inf")
    return float("inf") if text == "max" else float(text)


def judge_memory(total_bytes: float) -> Check:
    """Return the check for an amount of memory."""
    is_enough = total_bytes >= RECOMMENDED_BYTES * (1 - TOLERANCE)
    return Check(
        id="memory",
        title=Words("Memory"),
        measured=Words("{size:.1f} GiB", size=total_bytes / GIB),
        needed=Words(
            "{least:.0f} GiB, better {better:.0f} GiB", least=NEEDED_BYTES / GIB, better=RECOMMENDED_BYTES / GIB
        ),
        status=graded(
            total_bytes, failed_below=NEEDED_BYTES * (1 - TOLERANCE), warning_below=RECOMMENDED_BYTES * (1 - TOLERANCE)
        ),
        hint=NOTHING if is_enough else Words("give the machine more memory; models need room beside the box itself"),
    )
