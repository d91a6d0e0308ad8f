"""Puts files in their place so that each is whole, and tells which of them changed."""

import os
from pathlib import Path
from secrets import token_hex


def place(path: Path, content: str | bytes, *, mode: int = 0o644) -> bool:
    """Write a file unless it is there with this content and mode. Return whether anything changed."""
    data = content.encode() if isinstance(content, str) else content
    if path.is_file() and path.read_bytes() == data and path.stat().st_mode & 0o7777 == mode:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{token_hex(6)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            os.fchmod(file.fileno(), mode)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)
    return True


def place_link(link: Path, target: Path) -> bool:
    """Let a link lead to `target`, in one step: whoever looks finds the former target or this one."""
    if link.is_symlink() and link.readlink() == target:
        return False
    draft = link.with_name(f".{link.name}.{token_hex(6)}")
    draft.symlink_to(target)
    draft.rename(link)
    return True
