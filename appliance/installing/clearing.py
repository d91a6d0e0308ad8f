"""Removes files and directories; a disk that is mounted is emptied and stays, since only its admin takes it away."""

import os
import shutil
from pathlib import Path
from typing import Final

import psutil

LOST_AND_FOUND: Final = "lost+found"
"""Of the file system itself, at the top of a disk."""


def remove(path: Path) -> None:
    """Remove a file, a link or a whole directory, but for what `staying` names. Raise OSError."""
    if path.is_symlink() or not path.is_dir():
        path.unlink(missing_ok=True)
    elif path in staying(path):
        for each in _inside(path):
            remove(each)
    else:
        shutil.rmtree(path)


def staying(path: Path) -> frozenset[Path]:
    """Return what of a directory cannot be removed: the disks that are mounted in it, and the way to each of them."""
    mounted = (Path(each.mountpoint) for each in psutil.disk_partitions(all=True))
    inside = [each for each in mounted if each.is_relative_to(path)]
    return frozenset(way for each in inside for way in (each, *each.parents) if way.is_relative_to(path))


def is_left(path: Path) -> bool:
    """Return whether anything is there that could be removed."""
    if path in staying(path):
        return any(is_left(each) for each in _inside(path))
    return path.is_symlink() or path.exists()


def leave_to_root(path: Path) -> None:
    """Give what stays of a directory to root: the account that it belongs to goes, and another may get its number."""
    for each in staying(path):
        descriptor = os.open(each, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            os.fchown(descriptor, 0, 0)
            os.fchmod(descriptor, 0o755)
        finally:
            os.close(descriptor)


def _inside(path: Path) -> list[Path]:
    return [each for each in path.iterdir() if each.name != LOST_AND_FOUND or not path.is_mount()]
