"""What root does in directories of others: what it writes there is theirs, and no link leads it elsewhere."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

ROOT: Final = 0


@contextmanager
def as_owner(directory: Path) -> Iterator[None]:
    """Be, as root, whoever a directory belongs to: they can read and replace what is written meanwhile.

    Whoever took over their account could leave a link where root writes. It leads nowhere that they could not go.
    """
    found = directory.lstat()
    if os.geteuid() != ROOT or found.st_uid == ROOT:
        yield
        return
    group, groups = os.getegid(), os.getgroups()
    try:
        os.setgroups([found.st_gid])
        os.setegid(found.st_gid)
        os.seteuid(found.st_uid)
        yield
    finally:
        os.seteuid(ROOT)
        os.setegid(group)
        os.setgroups(groups)


def owner(path: Path) -> tuple[int, int] | None:
    """Return the user and the group that a file belongs to, or None where there is none."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return None
    return found.st_uid, found.st_gid


def hand_over(directory: Path, former: int, user: int, group: int) -> None:
    """Give a directory to somebody, with all in it that belongs to its former user. Links are not followed."""
    for _, directories, files, descriptor in os.fwalk(directory):
        for name in (*directories, *files):
            if os.stat(name, dir_fd=descriptor, follow_symlinks=False).st_uid == former:
                os.chown(name, user, group, dir_fd=descriptor, follow_symlinks=False)
    os.chown(directory, user, group, follow_symlinks=False)
