"""Removes what a stranger's program left, however deep it is nested and whatever rights it has."""

import logging
import os
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from typing import Final

logger = logging.getLogger(__name__)

OWNERS: Final = 0o700


def remove(directory: Path) -> None:
    """Remove a directory with all in it. That it is absent is well; what cannot be removed is told in the log.

    A path may be longer than the system takes, and a tree deeper than Python recurses: so what lies two levels below is
    first moved up by one.
    """
    try:
        while children := _without_files(directory):
            for child in children:
                for grandchild in _without_files(child):
                    grandchild.rename(directory / token_hex(16))
                child.rmdir()
        directory.rmdir()
    except FileNotFoundError:
        return
    except OSError as error:
        logger.warning("%s cannot be removed: %s", directory, error)


def _without_files(directory: Path) -> list[Path]:
    """Unlink what is no directory in this one. Return the directories."""
    with suppress(PermissionError):  # the site's own directories are open to this account by their group
        directory.chmod(OWNERS)  # its owner may have shut it to itself
    directories = []
    with os.scandir(directory) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                directories.append(directory / entry.name)
            else:
                (directory / entry.name).unlink()
    return directories
