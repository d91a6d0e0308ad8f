"""What is in the box from its first minute: the database, the first account, the example models."""

import shutil
from typing import Final

from appliance.errors import CommandFailed
from appliance.installing import machine, running
from appliance.installing.places import DATA
from appliance.installing.placing import place
from appliance.ownership import as_owner

EXAMPLES: Final = DATA.root / "examples"
MAKE_EMPTY: Final = "import pathlib, shutil, sys; p = pathlib.Path(sys.argv[1]); shutil.rmtree(p, True); p.mkdir()"


def migrate() -> bool:
    """Bring the database up to date."""
    try:
        running.manage("migrate", "--check")
    except CommandFailed:
        running.manage("migrate", "--no-input", "-v", "0")
        return True
    return False


def make_first_admin() -> bool:
    """Make the first account, unless there is an administrator."""
    is_made = bool(running.manage("create_first_admin").strip())
    if is_made:
        machine.apply_directories()  # the file of its password is backed up with the rest
    return is_made


def wants_examples(*, said: bool | None) -> bool:
    """Return whether the examples are published: as was said, else at the first installation only.

    Nobody repeats --no-examples after each change of a setting, and a box with colleagues gets no model by surprise.
    """
    return not DATA.checks.exists() if said is None else said


def publish_example(name: str) -> bool:
    """Train an example and publish it, once in the life of a box."""
    mark = EXAMPLES / name
    if mark.exists():
        return False
    directory = EXAMPLES / f"{name}.work"
    running.python("-c", MAKE_EMPTY, str(directory))
    running.python("-m", f"examples.{name}", str(directory))
    running.manage("publish", str(directory), "--wait")
    shutil.rmtree(directory)  # follows no link
    with as_owner(EXAMPLES):
        return place(mark, "published\n")
