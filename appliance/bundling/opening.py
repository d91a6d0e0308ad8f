"""Opens a bundle: verifies its signature and every byte of it, unpacks it, and hands over to the release in it.

It is the first file of each bundle (`open.pyz`), and runs with Python's standard library, on a machine that has nothing
else. Not one byte is left unlooked at: even the heads of the tar's members are compared with what they must be.
"""

import argparse
import hashlib
import http.client
import json
import os
import platform
import re
import shutil
import sys
import tarfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import IO, Any, Final

from appliance.bundling.ed25519 import is_signed
from appliance.bundling.form import (
    ADDRESS,
    BLOCK,
    END,
    FORMAT,
    MANIFEST,
    NAME,
    OPENER,
    PURPOSE,
    SIGNATURE,
    SIGNED_BY,
    Member,
    Refused,
    grouped,
    head,
    key_of,
    padding,
)

FRONT_BYTES_MAX: Final = 16 << 20
CHUNK_BYTES: Final = 1 << 20
ROOM_NEEDED: Final = 3 << 29
"""Beside the bundle itself: the Python packages are unpacked beside the launcher."""

OS_RELEASE: Final = Path("/etc/os-release")
ATTEMPTS: Final = 5
PAUSE_S: Final = 5.0
TIMEOUT_S: Final = 60.0


class CutOff(Refused):
    """A bundle that ends too early: a file is damaged, what comes by the network may be asked for again."""


@dataclass(frozen=True)
class Machine:
    """What a bundle is made for, of which a machine has one."""

    debian: str
    processor: str


def this_machine() -> Machine:
    """Return what this machine is."""
    text = OS_RELEASE.read_text() if OS_RELEASE.exists() else ""
    facts = dict(re.findall(r'^(\w+)="?([^"\n]*)"?$', text, re.MULTILINE))
    return Machine(facts.get("VERSION_ID", "") if facts.get("ID") == "debian" else "", platform.machine())


def opened(file: IO[bytes], key: bytes, into: Path, here: Machine) -> Path:
    """Unpack a bundle into a directory of its own. Raise Refused when anything is not as it was signed."""
    opener = _front_member(file, OPENER)
    manifest, signature = _front_member(file, MANIFEST), _front_member(file, SIGNATURE)
    _require_signature(key, manifest, signature)
    told: dict[str, Any] = json.loads(manifest)
    _require_fitting(told, here)
    members = [Member(**each) for each in told["members"]]
    _require(bool(NAME.fullmatch(told["release"])) and "/" not in told["release"], "its release has no name")
    _require(len({each.name for each in members}) == len(members), "a name is there twice")
    _require(all(NAME.fullmatch(each.name) for each in members), "a name leads out of its directory")
    _require(SIGNED_BY not in {each.name for each in members}, f"{SIGNED_BY} does not belong into it")
    first = members.pop(0)
    _require(first.name == OPENER and first.sha256 == hashlib.sha256(opener).hexdigest(), f"{OPENER} was changed")
    target = into / f"bastide-{told['release']}"
    _require_room(into, sum(each.size_bytes for each in members))
    with _appearing(target) as draft:
        for member in members:
            _unpack(file, member, draft)
        _require(_exactly(file, len(END)) == END and not file.read(1), "something follows its last file")
        (draft / SIGNED_BY).write_text(f"{grouped(key)}\n")
    return target


def _require(is_right: bool, why: str) -> None:  # noqa: FBT001  # the claim itself, as in an assertion
    if not is_right:
        message = f"The bundle is damaged or was changed: {why}."
        raise Refused(message)


def _exactly(file: IO[bytes], size_bytes: int) -> bytes:
    found = bytearray()
    while len(found) < size_bytes and (chunk := file.read(size_bytes - len(found))):
        found += chunk
    if len(found) < size_bytes:
        raise CutOff("The bundle is damaged: it is cut off.")
    return bytes(found)


def _front_member(file: IO[bytes], name: str) -> bytes:
    """Return one of the three members of which nothing is known before they are read."""
    block = _exactly(file, BLOCK)
    try:
        size_bytes = tarfile.TarInfo.frombuf(block, "ascii", "strict").size
    except (tarfile.HeaderError, ValueError) as error:
        message = f"This is no bundle of Bastide: {name} is not where it belongs."
        raise Refused(message, "name the file that ./bastide bundle wrote") from error
    is_right = 0 <= size_bytes <= FRONT_BYTES_MAX and block == head(name, size_bytes, 0o644)
    _require(is_right, f"{name} is not where it belongs")
    content = _exactly(file, size_bytes)
    _require(_exactly(file, -size_bytes % BLOCK) == padding(size_bytes), f"what follows {name} was changed")
    return content


def _require_signature(key: bytes, manifest: bytes, signature: bytes) -> None:
    found = re.fullmatch(rb"([0-9a-f]{64}) ([0-9a-f]{128})\n", signature)
    _require(found is not None, "its signature is none")
    assert found is not None, "it was just looked at"
    signer, signed = (bytes.fromhex(each.decode()) for each in found.groups())
    if signer != key:
        message = f"The bundle is signed by another key than you trust: {grouped(signer)}, not {grouped(key)}."
        raise Refused(message, "ask whoever made the bundle for the fingerprint of the key, by another way than this")
    _require(is_signed(key, PURPOSE + manifest, signed), "its signature is wrong")


def _require_fitting(told: Mapping[str, Any], here: Machine) -> None:
    if told.get("format") != FORMAT:
        message = f"The bundle has form {told.get('format')}, and this program opens form {FORMAT}."
        raise Refused(message, f"take the {OPENER} of the bundle: tar -xf FILE {OPENER}")
    if here.debian not in told["debians"] or here.processor != told["processor"]:
        made_for = f"Debian {' and '.join(told['debians'])} on {told['processor']}"
        message = f"The bundle is for {made_for}, and this machine has {here.debian or 'none'} on {here.processor}."
        raise Refused(message, "make one for this machine: ./bastide bundle --debian 12, on such a processor")


def _require_room(into: Path, size_bytes: int) -> None:
    free, needed = shutil.disk_usage(into).free, size_bytes + ROOM_NEEDED
    if free < needed:
        message = f"{into} has {free / 1e9:.1f} GB free, and the bundle needs {needed / 1e9:.1f} GB."
        raise Refused(message, "free some space, or name another directory with --into, before the bundle")


@contextmanager
def _appearing(target: Path) -> Iterator[Path]:
    """Give a directory that is put in place once it is whole. One that was opened before is replaced."""
    if target.exists() and not (target / SIGNED_BY).exists():
        message = f"{target} is there already, and is no bundle that was opened."
        raise Refused(message, "move it away, or name another directory with --into, before the bundle")
    draft = target.with_name(f".{target.name}.{token_hex(4)}")
    draft.mkdir(mode=0o755)
    try:
        yield draft
        if target.exists():
            shutil.rmtree(target)
        draft.rename(target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _unpack(file: IO[bytes], member: Member, directory: Path) -> None:
    expected = head(member.name, member.size_bytes, member.mode)
    _require(_exactly(file, BLOCK) == expected, f"{member.name} is missing, or not where it belongs")
    path, digest, left = directory / member.name, hashlib.sha256(), member.size_bytes
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as out:
        while left:
            chunk = _exactly(file, min(left, CHUNK_BYTES))
            digest.update(chunk)
            out.write(chunk)
            left -= len(chunk)
    _require(digest.hexdigest() == member.sha256, f"{member.name} was changed")
    rest = padding(member.size_bytes)
    _require(_exactly(file, len(rest)) == rest, f"what follows {member.name} was changed")
    path.chmod(member.mode)


def bring(source: str, key: bytes, into: Path) -> Path:
    """Open a bundle that is a file or stands at an address, from where it is asked for again when it breaks off."""
    if not ADDRESS.match(source):
        try:
            with Path(source).open("rb") as file:
                return opened(file, key, into, this_machine())
        except OSError as error:
            message = f"The bundle {source} cannot be opened: {error}."
            raise Refused(message, "check the path, the rights and the room") from error
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with urllib.request.urlopen(source, timeout=TIMEOUT_S) as response:  # noqa: S310  # http or https, see above
                return opened(response, key, into, this_machine())
        except urllib.error.HTTPError as error:
            message = f"{source} answers {error.code} {error.reason}."
            raise Refused(message, "check the address of the bundle") from error
        except (OSError, http.client.HTTPException, CutOff) as error:
            failure = error
        if attempt < ATTEMPTS:
            time.sleep(PAUSE_S)
    message = f"The bundle could not be fetched from {source}: {failure}."
    raise Refused(message, "check that this machine reaches the address") from failure


def main() -> None:
    """Open the bundle that the command line names, and run the command of the release that follows, if one does."""
    parser = argparse.ArgumentParser(prog=OPENER, description=(__doc__ or "").partition("\n")[0], allow_abbrev=False)
    parser.add_argument("--into", default=".", metavar="DIR", help="where it is unpacked (default: here)")
    parser.add_argument("bundle", metavar="BUNDLE", help="the file, or its address")
    parser.add_argument("fingerprint", metavar="FINGERPRINT", help="of the key that you trust")
    parser.add_argument("command", nargs=argparse.REMAINDER, metavar="…", help="install --name models.corp.example")
    arguments = parser.parse_args()
    try:
        directory = bring(arguments.bundle, key_of(arguments.fingerprint), Path(arguments.into).absolute())
    except Refused as error:
        sys.exit(f"error: {error.message}\ntry: {error.hint}")
    except KeyboardInterrupt:
        sys.exit(130)
    sys.stderr.write(f"Every file of the bundle is as it was signed. Unpacked: {directory}\n")
    if arguments.command:
        os.execv(directory / "bastide", [str(directory / "bastide"), *arguments.command])  # noqa: S606  # by argument list


if __name__ == "__main__":
    main()
