"""The set-up of a data directory as a list of steps; each may be repeated and is skipped when it is done."""

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from appliance import command, environment, stamps
from appliance.installing import running
from appliance.installing.places import is_installed
from appliance.paths import PYTHON, REQUIREMENTS, ROOT, DataDirectory

STEP_TIMEOUT_S: Final = 600.0
SECRET_KEY_BYTES: Final = 48


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One thing to set up. `is_done` is cheap; `run` may be repeated."""

    title: str
    is_done: Callable[[], bool]
    run: Callable[[], None]


def manage(data: DataDirectory, *arguments: str, url: str = "http://127.0.0.1:8000") -> str:
    """Return what a command of the control plane printed. In an installed box it runs as one of its services."""
    if is_installed(data):
        return running.manage(*arguments)
    variables = {**environment.shell(), **environment.control(data, url)}
    return command.run([str(PYTHON), "manage.py", *arguments], timeout_s=STEP_TIMEOUT_S, environment=variables)


def set_up(data: DataDirectory, say: Callable[[str], None]) -> None:
    """Do every step that is not done, and say which."""
    if not data.database.exists():
        stamps.clear(data)
    for step in steps(data):
        if not step.is_done():
            say(f"  {step.title}")
            step.run()


def steps(data: DataDirectory) -> tuple[Step, ...]:
    """Return the steps in their order."""
    return (
        Step(
            title="Making the secret key", is_done=data.secret_key.exists, run=lambda: make_secret_key(data.secret_key)
        ),
        Step(
            title="Compiling the translations",
            is_done=translations_are_compiled,
            run=lambda: _compile_translations(data),
        ),
        _stamped(data, "migrate", "Bringing the database up to date", ("migrate", "--no-input", "-v", "0"), migrations),
        _stamped(
            data, "static", "Collecting the static files", ("collectstatic", "--no-input", "-v", "0"), static_files
        ),
        Step(
            title="Making the first admin",
            is_done=lambda: stamps.is_current(data, "admin", "made"),
            run=lambda: _make_first_admin(data),
        ),
    )


def make_secret_key(path: Path) -> None:
    """Write a new secret key for the owner's eyes only. Appears whole or not at all."""
    temporary = path.with_suffix(".new")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(SECRET_KEY_BYTES))
    temporary.rename(path)


def translations() -> Iterator[Path]:
    """Return the message files."""
    return (ROOT / "webapp").glob("**/locale/*/LC_MESSAGES/*.po")


def translations_are_compiled() -> bool:
    """Return whether each message file has a compiled one at least as new."""
    with suppress(FileNotFoundError):
        return all(po.with_suffix(".mo").stat().st_mtime_ns >= po.stat().st_mtime_ns for po in translations())
    return False


def migrations(data: DataDirectory) -> str:
    """Return a fingerprint of the migrations, ours and the pinned packages', and of the database file they were for."""
    # A restored database is another file (inode), and may be an older one.
    inode = data.database.stat().st_ino if data.database.exists() else 0
    return f"{stamps.of_contents([REQUIREMENTS, *(ROOT / 'webapp').glob('*/migrations/*.py')])} {inode}"


def static_files(data: DataDirectory) -> str:
    """Return a fingerprint of the static files' sources and of whether the collected ones are there."""
    sources = [file for file in (ROOT / "webapp").glob("**/static/**/*") if file.is_file()]
    collected = any(data.static.iterdir())
    return f"{stamps.of_contents([REQUIREMENTS])} {stamps.of_sizes(sources)} {collected}"


def _stamped(
    data: DataDirectory, name: str, title: str, arguments: tuple[str, ...], fingerprint: Callable[[DataDirectory], str]
) -> Step:
    def run() -> None:
        manage(data, *arguments)
        stamps.write(data, name, fingerprint(data))

    return Step(title=title, is_done=lambda: stamps.is_current(data, name, fingerprint(data)), run=run)


def _compile_translations(data: DataDirectory) -> None:
    manage(data, "compile_translations")


def _make_first_admin(data: DataDirectory) -> None:
    manage(data, "create_first_admin")
    stamps.write(data, "admin", "made")
