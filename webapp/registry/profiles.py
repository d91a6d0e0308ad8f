"""The reference profile of a version: what the data plane wrote into the store, within bounds or not at all."""

import os
import stat
from typing import Final

import msgspec

from webapp.registry.models import ModelVersion
from webapp.registry.publishing import store
from webapp.registry.store import DIGEST
from worker.contract.inspection import PROFILE
from worker.contract.profile import Profile

PROFILE_BYTES_MAX: Final = 4 << 20
"""Over a thousand columns."""


def profile_of(version: ModelVersion) -> Profile | None:
    """Return the profile; None where there is none, it is too large, or it is not what a profile should be."""
    if not DIGEST.fullmatch(version.digest):
        return None
    try:
        content = _read(store().models_dir / version.digest / PROFILE)
        return msgspec.json.decode(content, type=Profile) if content else None
    except (OSError, msgspec.DecodeError, RecursionError):
        return None


def _read(path: os.PathLike[str]) -> bytes:
    """Return the content of a regular file; nothing when it is something else or too large."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return b""
        content = file.read(PROFILE_BYTES_MAX + 1)
    return content if len(content) <= PROFILE_BYTES_MAX else b""
