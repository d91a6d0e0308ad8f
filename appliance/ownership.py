"""What root does in directories of others: what it writes there is theirs, and no link leads it elsewhere."""

import errno
import grp
import os
import pwd
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


@contextmanager
def made(directory: Path, mode: int = 0o700) -> Iterator[Path]:
    """Make a directory of root's in one of somebody else's, and give a way to it for this process alone.

    Theirs is to rename what is in a directory of theirs, and to put another one in its place. The way leads on to the
    one that was made.
    """
    directory.mkdir(mode=mode)
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        way = Path(f"/proc/self/fd/{descriptor}")
        if os.fstat(descriptor).st_uid != os.geteuid() or any(way.iterdir()):
            raise FileExistsError(errno.EEXIST, "Another one was put in its place", str(directory))
        os.fchmod(descriptor, mode)
        yield way
    finally:
        os.close(descriptor)


def ids(user: str, group: str) -> tuple[int, int]:
    """Return the numbers of an account and a group. Raise KeyError where there is none."""
    return pwd.getpwnam(user).pw_uid, grp.getgrnam(group).gr_gid


def give(directory: Path, whose: tuple[int, int], *, directory_mode: int, file_mode: int) -> None:
    """Give a directory of root's to a user and a group, itself last: until then nobody can change what is in it."""
    top = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for _, _, files, descriptor in os.fwalk(".", topdown=False, dir_fd=top):
            for name in files:
                give_file(name, whose, file_mode, directory=descriptor)
            _give(descriptor, whose, directory_mode)
    finally:
        os.close(top)


def give_file(path: Path | str, whose: tuple[int, int], mode: int, *, directory: int | None = None) -> None:
    """Give a file to a user and a group. Raise OSError for a link."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=directory)
    try:
        _give(descriptor, whose, mode)
    finally:
        os.close(descriptor)


def _give(descriptor: int, whose: tuple[int, int], mode: int) -> None:
    os.fchown(descriptor, *whose)
    os.fchmod(descriptor, mode)


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
