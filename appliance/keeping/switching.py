"""Lets the box run another release without refusing anybody, and the former one again when that goes wrong.

The sockets stay open all the time: who asks while a service starts waits for it. What runs goes on with the code that
it was started with, since each process entered the directory of its release, and not the link, when it started.
"""

import http.client
import time
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from appliance.care import canary
from appliance.care.canary import Canary
from appliance.errors import ApplianceError, CommandFailed
from appliance.installing import probing, queue, release, settings, units
from appliance.installing.clearing import remove
from appliance.installing.places import DATA, RELEASES
from appliance.keeping import database, placed, snapshot, starting, under_way
from appliance.keeping.placed import Record

READY_TIMEOUT_S: Final = 90.0
ANSWERS_S: Final = 3.0
"""A site that has said that it is ready answers at once; a busy machine is given more."""

POLL_S: Final = 0.1
NOT_YET: Final = frozenset({0, 502, 503, 504})
"""Statuses of a box that is about to be ready; anything else that is not 200 will not become better by waiting."""

QUEUE: Final = frozenset({"redis.conf", "bastide-redis.service"})
BOUND: Final = frozenset({"firewall.nft", "bastide-firewall.service"})
FRONT: Final = frozenset({"nginx.conf", "bastide-nginx.service"})
WEB: Final = "bastide-web.service"
WORKER: Final = "bastide-inference@"
WAY_OUT_SOCKET: Final = "bastide-egress.socket"
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
    with ExitStack() as afterwards, _returned(asked):
        under_way.begin(asked.record)
        if asked.record.is_migrated:
            database.keep(DATA.database, asked.record.database)
        changed = asked.prepare()
        asker = _asker(RELEASES / asked.record.release, afterwards)
        asked.switched_s.append(time.monotonic())
        release.switch(asked.record.release)
        restart(asked, changed, asker)
        asked.say(f"  Switched to {asked.record.release} in {time.monotonic() - asked.switched_s[0]:.1f} s")
        asked.keep()
        under_way.end()


def restart(asked: Move, changed: set[str], asker: Canary | None) -> None:
    """Start every service anew: first the site, by which a bad release shows soonest; workers one after the other."""
    enabled = units.enabled()
    workers = sorted(each for each in enabled if each.startswith(WORKER))
    for unit in order(enabled, changed):
        asked.restarted.append(unit)
        if unit == WEB:
            _start_site()
        elif unit in workers:
            starting.start_anew(unit, starting.patience_s(unit))
            wait_for_workers(len(workers))
        else:
            starting.restart(unit)
        if unit in workers[-1:] and asker is not None:
            require_prediction(asker)
    for line in settle(changed & set(asked.record.enabled)):
        asked.say(line)
    require_answers(READY_TIMEOUT_S)


def settle(changed: AbstractSet[str]) -> list[str]:
    """Start what starts with the box and does not run yet, and the way out anew. Return what is left to an admin.

    `changed`: the files that changed of what was there before. A socket that opens anew refuses whoever asks at that
    moment, so those that clients ask at stay as they are.
    """
    units.systemctl("start", units.TARGET)
    if WAY_OUT_SOCKET in changed:
        units.systemctl("restart", WAY_OUT_SOCKET)
    units.systemctl("try-restart", units.WAY_OUT)
    stale = sorted(changed & set(units.SOCKETS) - {WAY_OUT_SOCKET})
    return [f"  {each} has changed: it opens anew at sudo systemctl restart {units.TARGET}" for each in stale]


def _start_site() -> None:
    patience_s, began_s = starting.patience_s(WEB), time.monotonic()
    starting.start_anew(WEB, patience_s)
    require_answers(max(patience_s - (time.monotonic() - began_s), ANSWERS_S))


def _asker(of: Path, afterwards: ExitStack) -> Canary | None:
    """Return what a prediction is asked with after the switch; None where none is answered before it either."""
    try:
        asker = canary.make(of)
    except ValueError as error:
        message = f"The release does not say what a prediction is asked with: {error}."
        raise ApplianceError(message, "report this with the release's name") from error
    if asker is None:
        return None
    afterwards.callback(_end, asker)
    return asker if canary.predictions_in(canary.predict(settings.names()[0], asker)[1]) else None


def _end(asker: Canary) -> None:
    with suppress(CommandFailed):  # the next one takes away what is left over
        canary.end(asker)


def require_prediction(asker: Canary) -> None:
    """Return once an example row is answered. Raise when it is not."""
    deadline_s = time.monotonic() + canary.PREDICTION_TIMEOUT_S
    while not canary.predictions_in((answer := canary.predict(settings.names()[0], asker))[1]):
        if answer[0] not in {*NOT_YET, http.client.TOO_MANY_REQUESTS} or time.monotonic() > deadline_s:
            message = f"The example row of {asker.endpoint} is answered by {answer[0] or 'nothing'}: {answer[1][:300]}"
            raise ApplianceError(message, "journalctl -u 'bastide-inference@*' -n 50 tells why")
        time.sleep(POLL_S)


def order(enabled: AbstractSet[str], changed: AbstractSet[str]) -> Iterator[str]:
    """Yield the services in the order of their restart; queue, front, bound only where their own files have changed."""
    services = sorted(each for each in enabled if each.endswith(".service"))
    queue, front, bound = "bastide-redis.service", "bastide-nginx.service", "bastide-firewall.service"
    if changed & QUEUE:
        yield queue
    yield WEB
    yield from (each for each in services if each.startswith(WORKER))
    yield from (each for each in services if each not in {queue, front, bound, WEB} and not each.startswith(WORKER))
    if changed & BOUND:
        yield bound
    if changed & FRONT:
        yield front


def require_answers(timeout_s: float) -> None:
    """Return once predictions are answered and the login page is shown. Raise at once where they will not be."""
    host, deadline_s = settings.names()[0], time.monotonic() + timeout_s
    for path in ("/readyz", probing.LOGIN):
        while (answer := probing.ask(host, path, max(deadline_s - time.monotonic(), 1)))[0] != http.client.OK:
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
            undo(asked.record, asked.say, asked.restarted)
            after = "".join(f", after the switch: {time.monotonic() - each:.1f} s" for each in asked.switched_s)
            asked.say(f"  Returned to {asked.record.former}{after}")


def undo(record: Record, say: Callable[[str], None], restarted: Iterable[str] | None = None) -> None:
    """Have the former release run again. `restarted`: what was started anew by then; None where nobody knows."""
    release.switch(record.former)
    snapshot.put_back(record, say)
    changed = placed.put_back(record)
    enabled = units.enabled()
    workers = [each for each in enabled if each.startswith(WORKER)]
    stale = order(enabled, changed) if restarted is None else restarted
    for unit in (each for each in stale if each in enabled):  # the former release may not have all of them
        starting.restart(unit)
        if unit in workers:
            with suppress(ApplianceError):  # whatever else there is comes back all the same
                wait_for_workers(len(workers))
    settle(changed & set(record.enabled))
    require_answers(READY_TIMEOUT_S)
    under_way.end()
    remove(record.directory)
