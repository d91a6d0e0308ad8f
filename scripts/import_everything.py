"""Imports every package of the box and every module of the release: what cannot be loaded here must not be started.

It runs in the directory of a release, as the box's user, before that release is switched to.
"""

import importlib
import os
import re
import sys
from importlib import metadata
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parent.parent
PIN = re.compile(r"([A-Za-z0-9._-]+)==")


def packages() -> list[str]:
    """Return the names under which what is pinned is imported."""
    lines = (ROOT / "requirements" / "run.txt").read_text().splitlines()
    pinned = {normal(found[1]) for line in lines if (found := PIN.match(line))}
    owners = metadata.packages_distributions()
    public = (name for name in owners if name.isidentifier() and not name.startswith("_"))
    return sorted(name for name in public if pinned & {normal(owner) for owner in owners[name]})


def normal(name: str) -> str:
    """Return a distribution's name as it is compared."""
    return re.sub(r"[-_.]+", "-", name).lower()


def modules() -> list[str]:
    """Return the modules of the planes that import nothing by being told to."""
    files = (path.relative_to(ROOT) for part in ("appliance", "worker") for path in (ROOT / part).rglob("*.py"))
    names = (".".join(path.with_suffix("").parts) for path in files if path.name != "__main__.py")
    return sorted(name.removesuffix(".__init__") for name in names)


def main() -> None:
    """Import all of it; the first that fails ends this with its traceback."""
    os.environ["HOME"] = os.environ["BASTIDE_DATA_DIR"]  # one package makes a directory in it
    sys.path.insert(0, str(ROOT))
    django.setup()
    for name in (*packages(), *modules()):
        importlib.import_module(name)


if __name__ == "__main__":
    main()
