"""Packs a model that is a directory, as MLflow writes it, into one file that can be sent."""

import gzip
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from appliance.errors import ApplianceError


@contextmanager
def packed(path: Path) -> Iterator[Path]:
    """Give the file at `path`, or a tar.gz of the directory there, which is removed again at the end."""
    if path.is_file():
        if path.stat().st_size == 0:
            message = f"The file {path} is empty."
            raise ApplianceError(message, "write the model anew, and publish that")
        yield path
        return
    if not path.is_dir():
        message = f"There is no file or directory {path}."
        raise ApplianceError(message, "name the model's file, or the directory that MLflow wrote")
    if not any(each.is_file() for each in path.rglob("*")):
        message = f"The directory {path} holds no file."
        raise ApplianceError(message, "name the directory that MLflow wrote: the one with the file MLmodel in it")
    with tempfile.TemporaryDirectory(prefix="bastide-") as directory:
        archive = Path(directory) / f"{path.resolve().name}.tar.gz"
        pack(path, archive)
        yield archive


def pack(directory: Path, archive: Path) -> None:
    """Write a directory's plain files by relative names, equal ones always as equal bytes. Raise where a link is."""
    with (
        archive.open("wb") as raw,
        gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0) as whole,
        tarfile.open(fileobj=whole, mode="w") as tar,
    ):
        for path in sorted(directory.rglob("*")):
            name = path.relative_to(directory).as_posix()
            if path.is_symlink() or not (path.is_file() or path.is_dir()):
                message = f"{path} is a link or no plain file, and is not packed."
                raise ApplianceError(message, f"put the file itself there in its place: cp -L {path} COPY")
            if path.is_file():
                tar.add(path, arcname=name, filter=anonymous)


def anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Return the member without what the sender's machine knows of it, so that equal directories give equal bytes."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mtime = 0
    member.mode = 0o644
    return member
