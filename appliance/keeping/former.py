"""Sets files and directories aside by renaming them, and puts them back: nothing is copied, nothing is lost."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from appliance.installing.removing import remove

PREFIX: Final = ".former-"


@dataclass(kw_only=True, slots=True)
class Former:
    """What was there before, under `.former-STAMP` on the same disk: nothing can be renamed to another one."""

    stamp: str
    _moved: list[tuple[Path, Path]] = field(default_factory=list)
    _tried: list[Path] = field(default_factory=list)

    def set_aside(self, root: Path, paths: Iterable[Path]) -> None:
        """Move what is there of these paths below `root` aside."""
        aside = root / f"{PREFIX}{self.stamp}"
        aside.mkdir(mode=0o700)
        for path in paths:
            self._tried.append(path)
            if path.is_symlink() or path.exists():
                kept = aside / path.relative_to(root)
                kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                path.rename(kept)
                self._moved.append((path, kept))

    def put_back(self) -> None:
        """Let everything be as it was, whatever has come in its place."""
        for path in self._tried:
            remove(path)
        for path, kept in self._moved:
            kept.rename(path)
        for aside in {kept_root(path, kept) for path, kept in self._moved}:
            remove(aside)


def kept_root(path: Path, kept: Path) -> Path:
    """Return the directory in which `path` was set aside as `kept`."""
    return next(each for each in kept.parents if each.name.startswith(PREFIX) and each.parent in path.parents)


def remove_older(root: Path, stamp: str) -> None:
    """Remove what earlier restorations set aside."""
    for path in root.glob(f"{PREFIX}*"):
        if path.name != f"{PREFIX}{stamp}":
            remove(path)
