"""Brings a file of a box onto the disk: under another name until it is whole, and on from where it broke off."""

import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO, Final

from appliance.asking import NoAnswer, Patience, opened
from appliance.errors import ApplianceError
from appliance.upload import Site

CHUNK_BYTES: Final = 256 << 10
STDOUT: Final = "-"


def require_writable(target: str) -> None:
    """Raise ApplianceError where nothing can be written to, before hours of work are done for it."""
    path = Path(target)
    if target == STDOUT or (path.exists() and not path.is_dir() and not path.is_file()):
        return
    if path.is_dir():
        message = f"{path} is a directory."
        raise ApplianceError(message, "name the file that is to be written")
    if not path.resolve().parent.is_dir() or not os.access(path.resolve().parent, os.W_OK):
        message = f"Nothing can be written in {path.resolve().parent}."
        raise ApplianceError(message, "name a file in a directory that is there and yours to write in")


def download(site: Site, address: str, target: str, stdout: BinaryIO, patience: Patience) -> None:
    """Write what stands at an address into a file, or to `stdout` for `-`. Raise NoAnswer, Refused, ApplianceError."""
    path = Path(target)
    if target == STDOUT or (path.exists() and not path.is_file()):
        # What is no file of ours cannot be begun anew when the box breaks off.
        with TemporaryDirectory(prefix="bastide-") as directory:
            whole = Path(directory) / "whole"
            _bring(site, address, whole, patience)
            _pour(whole, target, stdout)
        return
    with _appearing(path.resolve()) as temporary:
        _bring(site, address, temporary, patience)


def _pour(whole: Path, target: str, stdout: BinaryIO) -> None:
    try:
        with whole.open("rb") as source:
            if target == STDOUT:
                shutil.copyfileobj(source, stdout, CHUNK_BYTES)
                stdout.flush()
                return
            with Path(target).open("wb") as out:
                shutil.copyfileobj(source, out, CHUNK_BYTES)
    except OSError as error:
        message = f"The result could not be written as a whole ({error.strerror})."
        raise ApplianceError(message, "name a file with -o") from error


@contextmanager
def _appearing(path: Path) -> Iterator[Path]:
    """Give a file beside `path` that takes its place once it is whole."""
    temporary = path.with_name(f".{path.name[:200]}.{secrets.token_hex(4)}.part")
    try:
        yield temporary
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _bring(site: Site, address: str, path: Path, patience: Patience) -> None:
    path.touch()
    pauses = patience.pauses()
    while True:
        before_bytes = path.stat().st_size
        try:
            _bring_on(site, address, path)
            return
        except NoAnswer:
            if path.stat().st_size > before_bytes:
                pauses = patience.pauses()  # as long as something comes, patience does not end
            pause_s = next(pauses, None)
            if pause_s is None:
                raise
            time.sleep(pause_s)


def _bring_on(site: Site, address: str, path: Path) -> None:
    """Append what is missing of a file; all of it where the box does not send a part."""
    there_bytes = path.stat().st_size
    headers = {"Range": f"bytes={there_bytes}-"} if there_bytes else {}
    with opened(site, "GET", address, headers) as response:
        goes_on = response.status == HTTPStatus.PARTIAL_CONTENT
        if goes_on and not response.getheader("Content-Range", "").startswith(f"bytes {there_bytes}-"):
            message = "The box sends another part of the file than it was asked for."
            raise ApplianceError(message, "run it again")
        with path.open("ab" if goes_on else "wb") as file:
            while chunk := response.read(CHUNK_BYTES):
                _write(file, chunk)
        if response.length:
            message = f"The box at {site.url} broke off before the end of the file."
            raise NoAnswer(message, "run it again")


def _write(file: BinaryIO, chunk: bytes) -> None:
    try:
        file.write(chunk)
        file.flush()
    except OSError as error:
        message = f"The result cannot be written ({error.strerror})."
        raise ApplianceError(message, "make room on the disk, or name another place with -o") from error
