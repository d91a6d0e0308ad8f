"""Lets the box run another release without refusing anybody, and the former one again when that goes wrong.

The sockets stay open all the time: who asks while a service starts waits for it. What runs goes on with the code that
it was started with, since each process entered the directory of its release, and not the link, when it started.
"""

import http.client
import time
from collections.abc import Callable, Iterable, Iterator, Set
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

from appliance import command
from appliance.errors import ApplianceError, CommandFailed
from appliance.installing import probing, queue, release, settings, units
from appliance.installing.places import DATA
from appliance.installing.removing import remove
from appliance.keeping import database, placed, under_way
from appliance.keeping.placed import Record

READY_TIMEOUT_S: Final = 90.0
RESTART_TIMEOUT_S: Final = 100.0
POLL_S: Final = 0.1
NOT_YET: Final = frozenset({0, 502, 503, 504})
"""Statuses of a box that is about to be ready; anything else that is not 200 will not become better by waiting."""

QUEUE: Final = frozenset({"redis.conf", "bastide-redis.service"})
BOUND: Final = frozenset({"firewall.nft", "bastide-firewall.service"})
FRONT: Final = frozenset({"nginx.conf", "bastide-nginx.service"})
WEB: Final = "bastide-web.service"
ALIVE: Final = "bastide:alive:*"
"""The keys by which inference workers show that they live (worker/contract/names.py)."""

ALIVE_TTL_S: Final = 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Move:
    """From one release to another.

    `prepare` places files and changes the database; it returns the files' names. `keep` is called once the other
    release runs, for the way back from there.
    """

    record: Record
    prepare: Callable[[], set[str]]
    keep: Callable[[], None]
    say: Callable[[str], None]
    restarted: list[str] = field(default_factory=list)
    switched_s: list[float] = field(default_factory=list)


def move(asked: Move) -> None:
    """Let the box run another release. Raise when it does not; then the former one runs again."""
    placed.begin(asked.record)
    with _returned(asked):
        under_way.begin(asked.record)
        if asked.record.is_migrated:
            database.keep(DATA.database, asked.record.database)
        changed = asked.prepare()
        asked.switched_s.append(time.monotonic())
        release.switch(asked.record.release)
        restart(asked, changed)
        asked.say(f"  Switched to {asked.record.release} in {time.monotonic() - asked.switched_s[0]:.1f} s")
        asked.keep()
        under_way.end()


def restart(asked: Move, changed: set[str]) -> None:
    """Start every service anew: first the site, by which a bad release shows soonest; workers one after the other."""
    for unit in order(units.enabled(), changed):
        asked.restarted.append(unit)
        _restart(unit)
        if unit == WEB:
            require_answers(READY_TIMEOUT_S)
        if unit.startswith("bastide-inference@"):
            wait_for_workers(sum(each.startswith("bastide-inference@") for each in units.enabled()))
    require_answers(READY_TIMEOUT_S)


def order(enabled: Set[str], changed: Set[str]) -> Iterator[str]:
    """Yield the services in the order of their restart; queue, front, bound only where their own files have changed."""
    services = sorted(each for each in enabled if each.endswith(".service"))
    queue, front, bound = "bastide-redis.service", "bastide-nginx.service", "bastide-firewall.service"
    if changed & QUEUE:
        yield queue
    yield WEB
    yield from (each for each in services if each.startswith("bastide-inference@"))
    yield from (each for each in services if each not in {queue, front, bound, WEB} and "inference@" not in each)
    if changed & BOUND:
        yield bound
    if changed & FRONT:
        yield front


def require_answers(timeout_s: float) -> None:
    """Return once predictions are answered and the login page is shown. Raise at once where they will not be."""
    host, deadline_s = settings.names()[0], time.monotonic() + timeout_s
    for path in ("/readyz", probing.LOGIN):
        while (answer := probing.ask(host, path))[0] != http.client.OK:
            if answer[0] not in NOT_YET or time.monotonic() > deadline_s:
                message = f"{path} answers {answer[0] or 'nothing'}: {answer[1][:300]}"
                raise ApplianceError(message, "journalctl -u bastide-web -n 50 tells why")
            time.sleep(POLL_S)


def wait_for_workers(count: int) -> None:
    """Return once so many inference workers live. Raise when they do not in time."""
    time.sleep(ALIVE_TTL_S)  # until then the one that ended may seem to live
    deadline_s = time.monotonic() + READY_TIMEOUT_S
    while _alive() < count:
        if time.monotonic() > deadline_s:
            message = f"Of {count} inference workers {_alive()} live."
            raise ApplianceError(message, "journalctl -u 'bastide-inference@*' -n 50 tells why")
        time.sleep(POLL_S)


def _alive() -> int:
    return len(queue.ask("--scan", "--pattern", ALIVE).split())


def _restart(unit: str) -> None:
    with suppress(CommandFailed):  # it had not failed
        units.systemctl("reset-failed", unit)
    try:
        command.run(["systemctl", "restart", unit], timeout_s=RESTART_TIMEOUT_S)
    except CommandFailed as error:
        said = command.run(["journalctl", "-u", unit, "-n", "12", "-o", "cat"], timeout_s=RESTART_TIMEOUT_S)
        message = f"{unit} does not start:\n{said.strip()}"
        raise ApplianceError(message, f"journalctl -u {unit} -n 100 tells more") from error


@contextmanager
def _returned(asked: Move) -> Iterator[None]:
    """Have the former release run again unless everything inside succeeds, Ctrl-C and its kin included."""
    is_done = False
    try:
        yield
        is_done = True
    except ApplianceError as error:
        asked.say(f"  It failed: {error.message}")
        raise
    finally:
        if not is_done:
            undo(asked.record, asked.restarted)
            after = "".join(f", after the switch: {time.monotonic() - each:.1f} s" for each in asked.switched_s)
            asked.say(f"  Returned to {asked.record.former}{after}")


def undo(record: Record, restarted: Iterable[str] | None = None) -> None:
    """Have the former release run again. `restarted`: what was started anew by then; None where nobody knows."""
    release.switch(record.former)
    if record.is_migrated and record.database.exists():
        database.put_back(record.database, DATA.database)
    placed.put_back(record)
    enabled = units.enabled()
    stale = order(enabled, QUEUE | BOUND | FRONT) if restarted is None else restarted
    for unit in (each for each in stale if each in enabled):  # the former release may not have all of them
        _restart(unit)
    require_answers(READY_TIMEOUT_S)
    under_way.end()
    remove(record.directory)
