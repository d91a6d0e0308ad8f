"""What a release must do before it may run: everything that can be tried without touching the box that serves.

It is tried in the sandbox of its own unit, on a copy of the database, and asked by a socket of its own.
"""

import http.client
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from typing import Final

from appliance import command
from appliance.errors import ApplianceError, CommandFailed
from appliance.installing import probing, running, settings, units
from appliance.installing.places import DATA
from appliance.keeping import database, migrations
from appliance.ownership import as_owner, give, ids, made

UNIT: Final = "bastide-rehearsal"
START_TIMEOUT_S: Final = 120.0
ASK_TIMEOUT_S: Final = 20.0
POLL_S: Final = 0.2
STEP_TIMEOUT_S: Final = 300.0
PRIVATE: Final = 0o700
IMPORTS: Final = "scripts/import_everything.py"
PATHS: Final = ("/livez", "/readyz", "/login/")
OF_THE_SANDBOX: Final = re.compile(r"^(?!Exec|Restart|Type|Notify|Slice|Working|LoadCred|OOM|CPUW|Timeout)(\w+=.*)$")


def try_release(release: Path, say: Callable[[str], None]) -> bool:
    """Return whether a release would change the database. Raise when it would not run as this box does."""
    with given_scratch(ids("bastide", "bastide")) as scratch:
        with as_owner(scratch):
            database.copy(DATA.database, scratch / DATA.database.name)
        say("  Importing every package")
        _told("cannot import what it needs", lambda: running.python(IMPORTS, release=release, data=scratch))
        is_pending = migrations.are_pending(release, scratch / DATA.database.name)
        if is_pending:
            say("  Migrating a copy of the database")
            _told("cannot migrate the database", lambda: migrations.apply(release, scratch))
        say("  Checking the site")
        deploy = ("check", "--deploy", "--fail-level", "ERROR")
        _told("does not pass its checks", lambda: running.manage(*deploy, release=release, data=scratch))
        configuration = ("-m", "gunicorn", "--check-config", "-c", "webapp/gunicorn_conf.py", "webapp.asgi:application")
        _told("cannot start its site", lambda: running.python(*configuration, release=release, data=scratch))
        say("  Starting the site beside the one that serves")
        with _rehearsed(release, scratch):
            for path in PATHS:
                _require_answer(scratch / "web.sock", path)
    return is_pending


def sandbox_of(unit: str) -> list[str]:
    """Return what a unit file says of its sandbox, as options of systemd-run."""
    found = (
        OF_THE_SANDBOX.match(line) for line in unit.partition("[Service]")[2].partition("[Install]")[0].splitlines()
    )
    return [f"--property={match[1]}" for match in found if match]


@contextmanager
def given_scratch(whose: tuple[int, int]) -> Iterator[Path]:
    """Give a data directory of an account's to try a release in, which is gone afterwards."""
    scratch = DATA.root / f".rehearsal-{token_hex(4)}"
    try:
        with made(scratch) as inside:
            for name in ("models", "metrics", "spool/uploads", "spool/batch"):
                (inside / name).mkdir(parents=True, exist_ok=True)
            give(inside, whose, directory_mode=PRIVATE, file_mode=PRIVATE)
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


@contextmanager
def _rehearsed(release: Path, scratch: Path) -> Iterator[None]:
    """Run the site of a release on a copy of the data, as its unit would."""
    _stop()
    since = f"--since=@{time.time():.0f}"
    argv = ["systemd-run", "--quiet", "--collect", f"--unit={UNIT}", "--service-type=notify"]
    argv += sandbox_of((release / "systemd" / "bastide-web.service").read_text())
    argv += [
        f"--socket-property=ListenStream={scratch / 'web.sock'}",
        *(f"--property=LoadCredential={name}:{path}" for name, path in running.SECRETS.items()),
        f"--property=WorkingDirectory={release}",
        "--property=TimeoutStartSec=90",
        *(f"--setenv={name}={value}" for name, value in _variables(release, scratch).items()),
        *("/usr/bin/env", ".venv/bin/python", "-m", "gunicorn", "-c", "webapp/gunicorn_conf.py", "--workers", "1"),
        "webapp.asgi:application",
    ]
    try:
        command.run(argv, timeout_s=START_TIMEOUT_S)
        _told("does not start", lambda: units.systemctl("start", f"{UNIT}.service"))
        yield
    except ApplianceError as error:
        said = command.run(["journalctl", "-u", UNIT, since, "-n", "25", "-o", "cat"], timeout_s=STEP_TIMEOUT_S)
        message = f"{error.message}\n{said.strip()}"
        raise ApplianceError(message, error.hint) from error
    finally:
        _stop()


def _variables(release: Path, scratch: Path) -> dict[str, str]:
    return {
        "BASTIDE_DATA_DIR": str(scratch),
        "BASTIDE_STATIC_DIR": str(release / "static"),
        "PROMETHEUS_MULTIPROC_DIR": str(scratch / "metrics"),
    }


def _stop() -> None:
    for action in ("stop", "reset-failed"):
        for kind in ("socket", "service"):
            with suppress(CommandFailed):  # it does not run, or had not failed
                units.systemctl(action, f"{UNIT}.{kind}")


def _require_answer(path: Path, url: str) -> None:
    """Return once an address answers as it should. A site that has just started may not have met a worker yet."""
    asked, deadline_s = (path, settings.names()[0], url, ASK_TIMEOUT_S), time.monotonic() + ASK_TIMEOUT_S
    while (answer := probing.ask_at(*asked))[0] == http.client.SERVICE_UNAVAILABLE and time.monotonic() < deadline_s:
        time.sleep(POLL_S)
    if answer[0] != http.client.OK:
        message = f"The release starts, but {url} answers {answer[0] or 'nothing'}: {answer[1][:500]}"
        raise ApplianceError(message, "the box goes on as it was; report this with the release's name")


def _told(what: str, do: Callable[[], object]) -> None:
    try:
        do()
    except CommandFailed as error:
        said = error.message.partition("\n")[2] or error.message  # without the long command of systemd-run
        message = f"The release {what}: {said}"
        raise ApplianceError(message, "the box goes on as it was; report this with the release's name") from error
