"""Sets files and directories aside by renaming them, and puts them back: nothing is copied, nothing is lost."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from appliance.installing.clearing import remove

PREFIX: Final = ".former-"


@dataclass(frozen=True, kw_only=True, slots=True)
class Former:
    """What was there before, under `.former-STAMP` on the same disk: nothing can be renamed to another one.

    `places`: below each root what is set aside, if it is there. `there`: what was, before anything was moved.
    """

    stamp: str
    places: Mapping[Path, tuple[Path, ...]]
    there: frozenset[Path]

    @classmethod
    def of(cls, stamp: str, places: Mapping[Path, tuple[Path, ...]]) -> Self:
        """Return what is there now of these places."""
        found = (path for paths in places.values() for path in paths if _is_there(path))
        return cls(stamp=stamp, places=places, there=frozenset(found))

    def set_aside(self) -> None:
        """Move all of it aside."""
        for root, paths in self.places.items():
            (root / f"{PREFIX}{self.stamp}").mkdir(mode=0o700)
            for path in self.there.intersection(paths):
                kept = self.kept(root, path)
                kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                path.rename(kept)

    def put_back(self) -> None:
        """Let everything be as it was, whatever has come in its place, and wherever the moving was broken off."""
        for root, paths in self.places.items():
            aside = root / f"{PREFIX}{self.stamp}"
            if not aside.exists():
                continue  # nothing of it was touched yet, or all of it is back
            for path in paths:
                kept = self.kept(root, path)
                if _is_there(kept):
                    remove(path)
                    kept.rename(path)
                elif path not in self.there:
                    remove(path)
            remove(aside)

    def kept(self, root: Path, path: Path) -> Path:
        """Return where a path below `root` is set aside."""
        return root / f"{PREFIX}{self.stamp}" / path.relative_to(root)

    def to_json(self) -> dict[str, Any]:
        """Return it as it is written."""
        places = {str(root): [str(path) for path in paths] for root, paths in self.places.items()}
        return {"stamp": self.stamp, "places": places, "there": sorted(map(str, self.there))}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        """Return what was written."""
        places = {Path(root): tuple(map(Path, paths)) for root, paths in told["places"].items()}
        return cls(stamp=told["stamp"], places=places, there=frozenset(map(Path, told["there"])))


def _is_there(path: Path) -> bool:
    return path.is_symlink() or path.exists()


def remove_older(root: Path, stamp: str) -> None:
    """Remove what earlier restorations set aside."""
    for path in root.glob(f"{PREFIX}*"):
        if path.name != f"{PREFIX}{stamp}":
            remove(path)
