"""What a backup is before it is whole, and what those leave of it that are killed or lose their power."""

import os
import re
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from typing import Final

COPY: Final = "bastide-backup-"
"""Begins the name of the directory in which a copy of the database is made, for its maker alone."""

NIGHTLY: Final = r"bastide-\d{8}T\d{6}Z\.backup"
FORMER_COPY: Final = re.compile(r"\.bastide-[a-z0-9_]{8}")
"""The directory of such a copy as former releases made it, beside the backup."""


def draft_of(target: Path) -> Path:
    """Return where a backup is written until it is verified."""
    return target.with_name(f".{target.name}.{token_hex(6)}")


def clear_left(target: Path, scratch: Path, say: Callable[[str], None]) -> None:
    """Remove what other backups to the same place left. Nobody else may be writing one: who calls holds the box."""
    for path in (*_drafts(target), *_copies(scratch)):
        try:
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
        except OSError as error:
            say(f"  {path} was left by a backup that was broken off, and cannot be removed: {error.strerror}")
        else:
            say(f"  Removed {path}, left by a backup that was broken off")


def _drafts(target: Path) -> Iterator[Path]:
    draft = re.compile(rf"\.({NIGHTLY}|{re.escape(target.name)})\.[0-9a-f]{{12}}")
    try:
        found = sorted(target.parent.iterdir())
    except OSError:
        return  # who writes there tells what is wrong
    for path in found:
        if path.is_symlink():
            continue
        if path.is_file() and draft.fullmatch(path.name):
            yield path
        if path.is_dir() and FORMER_COPY.fullmatch(path.name) and _holds_only_a_database(path):
            yield path


def _copies(scratch: Path) -> Iterator[Path]:
    """Yield our own: anybody may make a directory there."""
    for path in sorted(scratch.glob(f"{COPY}*")):
        with suppress(FileNotFoundError):  # somebody else's goes at any time
            seen = path.lstat()
            if stat.S_ISDIR(seen.st_mode) and seen.st_uid == os.geteuid():
                yield path


def _holds_only_a_database(directory: Path) -> bool:
    try:
        names = [path.name for path in directory.iterdir()]
    except PermissionError:
        return False  # root's, and this is the account that makes the nightly ones
    return bool(names) and all(name.startswith("db.sqlite3") for name in names)
