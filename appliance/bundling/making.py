"""Makes a bundle: this checkout's release, its Python packages, its Debian packages, signed, in one file."""

import hashlib
import io
import json
import os
import platform
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory
from typing import IO, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from appliance.bundling import debs, wheels
from appliance.bundling.bundled import BUNDLE, DEBIAN, WHEELS
from appliance.bundling.form import (
    END,
    FORMAT,
    MANIFEST,
    NAME,
    OPENER,
    PURPOSE,
    SIGNATURE,
    Member,
    head,
    padding,
)
from appliance.bundling.targets import Target
from appliance.errors import ApplianceError
from appliance.installing import release
from appliance.installing.machine import NEEDED
from appliance.paths import ROOT

PARTS_OF_OPENER: Final = (
    "appliance/__init__.py",
    "appliance/errors.py",
    *(f"appliance/bundling/{name}.py" for name in ("__init__", "ed25519", "form", "opening")),
)
START_OF_OPENER: Final = "from appliance.bundling.opening import main\n\nmain()\n"
PLAIN, PROGRAM = 0o644, 0o755
CHUNK_BYTES: Final = 1 << 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """What is to be made: the file, the key that signs it, the Debians that it is for, the version of the release."""

    path: Path
    key: Ed25519PrivateKey
    targets: tuple[Target, ...]
    version: str


def make(order: Order, say: Callable[[str], None]) -> None:
    """Write a bundle, which appears once it is whole."""
    if BUNDLE.exists():
        message = f"{ROOT} was itself unpacked from a bundle."
        raise ApplianceError(message, "carry on that bundle, or make one of a checkout")
    if find_spec("pip") is None:
        message = f"The Python packages in {ROOT} came from a bundle, without pip, which would fetch others."
        raise ApplianceError(message, "make the bundle of a checkout, with ./bastide bundle in its directory")
    with TemporaryDirectory(prefix="bastide-bundle-") as scratch:
        files = {str(path.relative_to(ROOT)): path for path in release.files()}
        files |= _collected(order.targets, Path(scratch), say)
        say(f"  Signing {len(files):,} files")
        draft = order.path.with_name(f".{order.path.name}.{token_hex(4)}")
        try:
            with draft.open("xb") as out:
                write(out, order, files)
                out.flush()
                os.fsync(out.fileno())
            draft.rename(order.path)
        finally:
            draft.unlink(missing_ok=True)


def _collected(targets: tuple[Target, ...], scratch: Path, say: Callable[[str], None]) -> dict[str, Path]:
    """Return what a checkout has not, by its name in the bundle."""
    bundle = scratch / "bundle"
    (scratch / WHEELS).mkdir(parents=True)
    for target in targets:
        wheels.collect(target, scratch / WHEELS, scratch, say)
        debs.collect(target, NEEDED, scratch / DEBIAN / target.number, say)
    for target in targets:
        (bundle / f"pins-{target.python_minor}.txt").write_text("".join(wheels.pins_of(scratch / WHEELS, target)))
    return {str(path.relative_to(scratch)): path for path in sorted(bundle.rglob("*")) if path.is_file()}


def write(out: IO[bytes], order: Order, files: dict[str, Path]) -> None:
    """Write files as a signed bundle: what opens it, what must be in it, the signature, the files."""
    program = opener()
    members = [Member(OPENER, PLAIN, len(program), hashlib.sha256(program).hexdigest()), *_members(files)]
    told = {
        "format": FORMAT,
        "release": release.name(order.version),
        "created_at": f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC",
        "debians": [target.number for target in order.targets],
        "processor": platform.machine(),
        "members": [asdict(member) for member in members],
    }
    manifest = json.dumps(told, indent=1).encode()
    signature = order.key.sign(PURPOSE + manifest).hex()
    signed = f"{order.key.public_key().public_bytes_raw().hex()} {signature}\n".encode()
    for name, content in ((OPENER, program), (MANIFEST, manifest), (SIGNATURE, signed)):
        out.write(head(name, len(content), PLAIN) + content + padding(len(content)))
    for member in members[1:]:
        out.write(head(member.name, member.size_bytes, member.mode))
        with files[member.name].open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                out.write(chunk)
        out.write(padding(member.size_bytes))
    out.write(END)


def _members(files: dict[str, Path]) -> Iterator[Member]:
    for name, path in files.items():
        if not NAME.fullmatch(name):
            message = (
                f"The file {name} cannot be in a bundle: its name has other signs than letters, digits and .-_+~@."
            )
            raise ApplianceError(message, "give it another name, or remove it")
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        mode = PROGRAM if path.stat().st_mode & 0o100 else PLAIN
        yield Member(name, mode, path.stat().st_size, digest)


def opener() -> bytes:
    """Return the program that opens bundles, the same bytes wherever and whenever it is made of this release."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(zipfile.ZipInfo("__main__.py"), START_OF_OPENER)
        for name in PARTS_OF_OPENER:
            archive.writestr(zipfile.ZipInfo(name), (ROOT / name).read_text())
    return packed.getvalue()
