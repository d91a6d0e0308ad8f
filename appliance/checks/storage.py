"""The disk where the data lies: space, inodes, speed of durable writes, and whether it is a local one."""

import math
import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import Final

import psutil

from appliance.checks.check import Check, Status, graded
from appliance.checks.words import NOTHING, Words

GIB: Final = 2**30
FREE_BYTES_NEEDED: Final = GIB
FREE_BYTES_RECOMMENDED: Final = 5 * GIB
INODES_NEEDED: Final = 10_000
INODES_RECOMMENDED: Final = 100_000
SYNC_WRITES: Final = 11
SYNC_BYTES: Final = 4096
SYNC_MS_MAX: Final = 20.0
SYNC_MS_LIMIT: Final = 500.0
NETWORK_TYPES: Final = frozenset(
    {"9p", "afs", "ceph", "cifs", "fuse.glusterfs", "fuse.rclone", "fuse.s3fs", "fuse.sshfs", "glusterfs", "lustre"}
    | {"ncpfs", "nfs", "nfs4", "smb3", "smbfs", "virtiofs"}
)
MEMORY_TYPES: Final = frozenset({"tmpfs", "ramfs"})


def existing(path: Path) -> Path:
    """Return the path, or the nearest directory above it that exists."""
    return next(each for each in (path, *path.parents) if each.exists())


def check_disk_free(directory: Path) -> Check:
    """Check the space that is free for the data."""
    return judge_disk_free(psutil.disk_usage(str(directory)).free, directory)


def judge_disk_free(free_bytes: float, directory: Path) -> Check:
    """Return the check for an amount of free space. It is rounded down: what is too little never reads as enough."""
    tenths = math.floor(free_bytes * 10 / GIB)
    return Check(
        id="disk_free",
        title=Words("Free disk space"),
        measured=Words("{size:.1f} GiB at {directory}", size=tenths / 10, directory=str(directory)),
        needed=Words(
            "{least:.0f} GiB, better {better:.0f} GiB",
            least=FREE_BYTES_NEEDED / GIB,
            better=FREE_BYTES_RECOMMENDED / GIB,
        ),
        status=graded(free_bytes, failed_below=FREE_BYTES_NEEDED, warning_below=FREE_BYTES_RECOMMENDED),
        hint=NOTHING
        if free_bytes >= FREE_BYTES_RECOMMENDED
        else Words("free some space, or choose another disk with --data-dir"),
    )


def check_inodes(directory: Path) -> Check:
    """Check how many more files the file system takes."""
    facts = os.statvfs(directory)
    return judge_inodes(facts.f_files, facts.f_favail)


def judge_inodes(total: int, free: int) -> Check:
    """Return the check for a number of free inodes; some file systems make them as they need them."""
    is_counted = total > 0
    status = graded(free, failed_below=INODES_NEEDED, warning_below=INODES_RECOMMENDED)
    return Check(
        id="inodes",
        title=Words("Free inodes"),
        measured=Words("{count:,}", count=free) if is_counted else Words("made as needed"),
        needed=Words("{count:,} or more", count=INODES_RECOMMENDED),
        status=status if is_counted else Status.SKIPPED,
        hint=NOTHING
        if status is Status.PASSED or not is_counted
        else Words("delete directories of many small files (df -i shows which disk)"),
    )


def check_disk_speed(directory: Path) -> Check:
    """Check how long a small write takes until the disk has it for good."""
    try:
        return judge_disk_speed(sync_ms(directory))
    except OSError as error:
        return Check(
            id="disk_speed",
            title=Words("Durable writes"),
            measured=Words(
                "{directory} cannot be written: {problem}", directory=str(directory), problem=str(error.strerror)
            ),
            needed=Words("under {time:.0f} ms", time=SYNC_MS_MAX),
            status=Status.FAILED,
            hint=Words("choose a directory that you may write to with --data-dir"),
        )


def sync_ms(directory: Path) -> float:
    """Return the median time of a write with fsync."""
    times_ms = []
    with tempfile.NamedTemporaryFile(dir=directory, prefix=".check-") as file:
        for _ in range(SYNC_WRITES):
            started_s = time.perf_counter()
            file.write(bytes(SYNC_BYTES))
            file.flush()
            os.fsync(file.fileno())
            times_ms.append((time.perf_counter() - started_s) * 1000)
    return statistics.median(times_ms)


def judge_disk_speed(median_ms: float) -> Check:
    """Return the check for the time of a durable write."""
    slow = Status.FAILED if median_ms > SYNC_MS_LIMIT else Status.WARNING
    return Check(
        id="disk_speed",
        title=Words("Durable writes"),
        measured=Words("{time:.1f} ms (write and fsync of 4 KiB, median)", time=median_ms),
        needed=Words("under {time:.0f} ms", time=SYNC_MS_MAX),
        status=slow if median_ms > SYNC_MS_MAX else Status.PASSED,
        hint=Words("move the data to a faster disk (an SSD) with --data-dir") if median_ms > SYNC_MS_MAX else NOTHING,
    )


def check_file_system(directory: Path) -> Check:
    """Check that the data lies on a disk of this machine."""
    return judge_file_system(file_system_type(Path("/proc/self/mountinfo").read_text(), directory.resolve()))


def file_system_type(mountinfo: str, path: Path) -> str:
    """Return the type of the file system that holds the path. Later mounts cover earlier ones."""
    best, best_type = -1, "unknown"
    for line in mountinfo.splitlines():
        before, _, after = line.partition(" - ")
        mount = Path(before.split()[4].encode().decode("unicode_escape"))
        if path.is_relative_to(mount) and len(mount.parts) >= best:
            best, best_type = len(mount.parts), after.split()[0]
    return best_type


def judge_file_system(kind: str) -> Check:
    """Return the check for a type of file system."""
    status, hint = Status.PASSED, NOTHING
    if kind in NETWORK_TYPES:
        status = Status.FAILED
        hint = Words("SQLite and Redis lose data there; choose a local disk with --data-dir")
    elif kind in MEMORY_TYPES:
        status = Status.WARNING
        hint = Words("everything here is gone when the machine restarts; choose a disk with --data-dir")
    return Check(
        id="file_system",
        title=Words("File system"),
        measured=Words("{kind}", kind=kind),
        needed=Words("a local disk"),
        status=status,
        hint=hint,
    )
