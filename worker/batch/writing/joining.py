"""Puts parts that are finished bytes behind one another."""

import shutil
from collections.abc import Sequence
from pathlib import Path


def join_files(head: bytes, parts: Sequence[Path], target: Path) -> None:
    """Write `head`, then all parts."""
    with target.open("wb") as file:
        file.write(head)
        for part in parts:
            with part.open("rb") as source:
                shutil.copyfileobj(source, file, 1 << 20)
