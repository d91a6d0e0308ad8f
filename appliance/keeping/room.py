"""Room on a disk, looked for before anything is written."""

import shutil
from pathlib import Path
from typing import Final

from appliance.checks.storage import existing
from appliance.errors import ApplianceError

RESERVE_BYTES: Final = 256 << 20
"""What is left to the box, which goes on serving."""


def require_rooms(*wanted: tuple[Path, int]) -> None:
    """Raise unless so many bytes fit into each directory. Those on one file system share what is free there."""
    sizes = [(directory, existing(directory).stat().st_dev, size) for directory, size in wanted]
    for directory, device, _ in sizes:
        require_room(directory, sum(size for _, other, size in sizes if other == device))


def require_room(directory: Path, needed_bytes: int) -> None:
    """Raise unless so much fits, and the box has room beside it."""
    free = shutil.disk_usage(existing(directory)).free
    if free < needed_bytes + RESERVE_BYTES:
        message = (
            f"{directory} has {free / 2**20:,.0f} MiB free, and {(needed_bytes + RESERVE_BYTES) / 2**20:,.0f} MiB "
            "are needed."
        )
        raise ApplianceError(message, "free some space there, or have the directory on another disk")


def size_bytes(directory: Path) -> int:
    """Return how much the files below a directory take; what goes away meanwhile takes nothing."""
    total = 0
    for path in directory.rglob("*"):
        try:
            total += path.lstat().st_size
        except FileNotFoundError:
            continue
    return total
