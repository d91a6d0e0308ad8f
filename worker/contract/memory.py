"""How much memory the box may use for models: what an admin set, else what the machine has beyond a reserve.

The control plane admits by it, and the data plane bounds by it what each process keeps loaded.
"""

import os
import re
from pathlib import Path
from typing import Final

UNITS: Final = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
SIZE: Final = re.compile(r"(\d+)(?:([KMG])(?:IB)?)?")
RESERVE_MIN_BYTES: Final = 1 << 30
RESERVE_PART: Final = 4
LEAST_PART: Final = 4
CGROUP_LIMIT: Final = Path("/sys/fs/cgroup/memory.max")


def parse_size(text: str) -> int:
    """Return the bytes of a size like `512M`, `3G` or `3GiB`, all of 1,024. Raise ValueError for anything else."""
    match = SIZE.fullmatch(text.strip().upper())
    if match is None:
        message = f"A size is a whole number with K, M or G (of 1,024 each), such as 3G; got '{text}'."
        raise ValueError(message)
    return int(match[1]) * UNITS[match[2] or ""]


def model_bytes(setting: str | None, total: int) -> int:
    """Return what all processes together may use for models. Raise ValueError for a setting that is no size."""
    return parse_size(setting) if setting else for_models(total)


def total_bytes() -> int:
    """Return the memory of the machine, or of the container that is smaller."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        return min(total, int(CGROUP_LIMIT.read_text()))
    except (OSError, ValueError):
        return total


def for_models(total: int) -> int:
    """Return what of `total` is for models: all but a quarter, or but 1 GiB where that is more; a quarter at least."""
    return max(total - max(RESERVE_MIN_BYTES, total // RESERVE_PART), total // LEAST_PART)
