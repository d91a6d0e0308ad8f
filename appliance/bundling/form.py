"""What a bundle is: a tar whose every byte is foreseen by its signed manifest, and the error of whatever is none."""

import re
import tarfile
from dataclasses import dataclass
from typing import Final

from appliance.errors import ApplianceError

FORMAT: Final = 1
OPENER: Final = "open.pyz"
MANIFEST: Final = "manifest.json"
SIGNATURE: Final = "signature"
SIGNED_BY: Final = "bundle/signed-by"
"""Written by whoever opens a bundle, never in one: the key by which it was verified."""

PURPOSE: Final = b"bastide bundle 1\n"
"""Signed before the manifest, so that a signature made for anything else is none of a bundle."""

BLOCK: Final = 512
END: Final = bytes(2 * BLOCK)

NAME: Final = re.compile(r"(?!\.)[\w.+~@-]+(/(?!\.)[\w.+~@-]+)*", re.ASCII)
"""No part begins with a dot: whatever is unpacked stays in its directory."""

ADDRESS: Final = re.compile(r"https?://")
"""By which an address is known from the name of a file."""


class Refused(ApplianceError):
    """A bundle that is not opened."""

    def __init__(self, message: str, hint: str = "bring the bundle again, from where it was made") -> None:
        super().__init__(message, hint)


@dataclass(frozen=True)
class Member:
    """A file of a bundle, as it must be."""

    name: str
    mode: int
    size_bytes: int
    sha256: str


def key_of(fingerprint: str) -> bytes:
    """Return the public key that a fingerprint is, however it was typed. Raise Refused when it is none."""
    digits = re.sub(r"[\s:-]", "", fingerprint).lower()
    if not re.fullmatch(r"[0-9a-f]{64}", digits):
        message = f"The fingerprint {fingerprint!r} is none: it has 64 digits from 0 to f, with or without colons."
        raise Refused(message, "type it as ./bastide bundle printed it")
    return bytes.fromhex(digits)


def grouped(key: bytes) -> str:
    """Return a key as people compare it."""
    digits = key.hex()
    return ":".join(digits[at : at + 4] for at in range(0, len(digits), 4))


def head(name: str, size_bytes: int, mode: int) -> bytes:
    """Return the one head that a member may have."""
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size_bytes, mode
    return entry.tobuf(tarfile.USTAR_FORMAT, "ascii", "strict")


def padding(size_bytes: int) -> bytes:
    """Return what stands between the end of a member and the next head."""
    return bytes(-size_bytes % BLOCK)
