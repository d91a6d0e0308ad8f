"""What a gateway process holds while it runs: the lane, the routing table, and the watch that keeps both right."""

import asyncio
import json
import logging
from contextlib import suppress
from hashlib import sha256
from typing import Final

from asgiref.sync import sync_to_async
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from webapp.accounts.models import ApiKey
from webapp.gateway import metrics
from webapp.gateway.answers import Answer
from webapp.gateway.changeover import Changeover
from webapp.gateway.lane import LaneClient
from webapp.gateway.link import RedisLinkError
from webapp.gateway.question import Question
from webapp.gateway.routing import Route, RoutingTable, build_routing_table
from webapp.gateway.shadows import Shadows, write_down
from worker.contract import names
from worker.contract.journal import PAGE
from worker.contract.lane import PROBE_DIGEST

logger = logging.getLogger(__name__)

WATCH_S: Final = 0.25
REREAD_S: Final = 10.0
"""The stamp is quick; this is certain: a Redis that hangs may lose the word that something changed."""
CHANGE_S: Final = 0.05
"""While a new version is being loaded."""
NOTE_S: Final = 5.0
MEETING_S: Final = 0.6
"""Who asks a site that has just started is not to be told that nobody works, only because it has not looked yet."""
PROBE: Final = Route(endpoint="", version=0, digest=PROBE_DIGEST)
PROBE_TIMEOUT_S: Final = 2.0

_current: "GatewayState | None" = None


class GatewayState:
    """`table` is replaced as a whole, never changed: whoever took it sees one consistent state."""

    def __init__(self, lane: LaneClient) -> None:
        self.lane = lane
        self.shadows = Shadows(lane)
        self._changeover = Changeover()
        self._loop = asyncio.get_running_loop()
        self._stamp: object = _NEVER_READ
        self._reread_due_s = 0.0
        self._refreshing: asyncio.Task[None] | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._used_keys: set[bytes] = set()
        self._met = asyncio.Event()

    @property
    def table(self) -> RoutingTable:
        """The routing table that holds now."""
        return self._changeover.table

    async def start(self) -> None:
        """Read the routing table and begin to watch."""
        global _current  # noqa: PLW0603  # one gateway a process; Django's threads find it here
        await self._rebuild()
        endless = (self.lane.run(), self._watch_for_ever(), self._note_for_ever())
        self._tasks = [self._loop.create_task(task) for task in endless]
        with suppress(TimeoutError):  # there may be none: then everybody is told so
            await asyncio.wait_for(self._met.wait(), MEETING_S)
        _current = self

    async def stop(self) -> None:
        """End the watch and the lane."""
        metrics.write_out()
        global _current  # noqa: PLW0603  # as above
        _current = None
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def endpoints_for(self, caller: bytes | int) -> frozenset[str] | None:
        """Return the endpoints that a key or a user id may use, None when it is not known; note that a key was used."""
        if isinstance(caller, int):
            return self.table.endpoints_by_user.get(caller)
        digest = sha256(caller).digest()
        endpoints = self.table.endpoints_by_key.get(digest)
        if endpoints is not None:
            self._used_keys.add(digest)
        return endpoints

    def caller_of(self, caller: bytes | int) -> str:
        """Return who asks, as the journal writes it, for a key or a user id that is known."""
        if isinstance(caller, int):
            return f"{PAGE}:{caller}"
        return self.table.callers_by_key.get(sha256(caller).digest(), "")

    async def refresh(self) -> None:
        """See at once whether anything has changed, instead of at the next turn of the watch.

        Whoever comes while a look is under way shares it, so that a thousand wrong keys cost a few looks.
        """
        if self._refreshing is None:
            self._refreshing = self._loop.create_task(self._refresh())
        await asyncio.shield(self._refreshing)

    async def _refresh(self) -> None:
        try:
            await self._follow(await self.lane.ask_redis("GET", names.ROUTING_STAMP))
        except (RedisLinkError, DatabaseError):
            logger.debug("The routing table stays as it is; the watch tells why.")
        finally:
            self._refreshing = None

    async def _follow(self, stamp: object) -> None:
        """Read the table again if the stamp has moved."""
        if stamp != self._stamp:
            await self._rebuild()
            self._stamp = stamp
            await self._announce()
        elif self._changeover.is_waiting:
            self._changeover.go_on(await self._warm(), self._loop.time())
            if not self._changeover.is_waiting:
                await self._announce()

    async def _warm(self) -> frozenset[str]:
        return frozenset(json.loads(await self.lane.ask_redis("GET", names.WARM) or b"[]"))

    async def probe(self) -> bool:
        """Return whether a worker really answers: the probe takes the way of every request."""
        answer = self.lane.submit(PROBE, Question("", "probe", b""))
        try:
            return (await asyncio.wait_for(answer, PROBE_TIMEOUT_S)).status < 300
        except TimeoutError:
            return False

    def ask_from_thread(self, route: Route, request_id: str, body: bytes, user_id: int) -> Answer:
        """Ask with JSON from one of Django's threads and wait; the lane's deadline bounds the wait."""
        question = Question("application/json", request_id, body, self.caller_of(user_id))

        async def ask() -> Answer:
            answer = await self.lane.submit(route, question)
            if answer.status == 200:
                self.shadows.copy(route, question)
            return answer

        return asyncio.run_coroutine_threadsafe(ask(), self._loop).result()

    async def _watch_for_ever(self) -> None:
        while True:
            try:
                alive, stamp, primary = await self.lane.ask_redis(
                    "MGET", names.ALIVE, names.ROUTING_STAMP, names.LANE_PRIMARY
                )
                self.lane.note_liveness(alive=alive is not None)
                if alive is not None:
                    self._met.set()
                self.lane.primary.follow((primary or b"").decode("ascii", "replace"))
                if self._loop.time() >= self._reread_due_s:
                    self._stamp = _NEVER_READ
                await self._follow(stamp)
            except RedisLinkError:
                self.lane.note_liveness(alive=False)
                self._stamp = _NEVER_READ  # what changed while Redis was away is read as soon as it is back
            except DatabaseError:
                logger.exception("The routing table could not be read; the last one stays in use.")
            metrics.write_out()
            await asyncio.sleep(CHANGE_S if self._changeover.is_waiting else WATCH_S)

    async def _note_for_ever(self) -> None:
        while True:
            await asyncio.sleep(NOTE_S)
            await self._note()

    async def _note(self) -> None:
        """Write down which keys were used and what shadows showed."""
        used, self._used_keys = self._used_keys, set()
        if used:
            await sync_to_async(_mark_used)([digest.hex() for digest in used])
        differences = self.shadows.take()
        if differences:
            await sync_to_async(write_down)(differences)

    async def _rebuild(self) -> None:
        wanted = await sync_to_async(_build)()
        self._reread_due_s = self._loop.time() + REREAD_S
        warm = await self._warm() if self.table.routes else wanted.digests  # at the start there is nothing to hold
        self._changeover.begin(wanted, warm, self._loop.time())
        lanes = {route for table in (self.table, wanted) for routes in table.routes.values() for route in routes.all}
        self.lane.forget_versions({(route.endpoint, route.digest, route.against) for route in lanes})

    async def _announce(self) -> None:
        """Tell the workers which versions are live, so that they are warm before they are asked."""
        await self.lane.ask_redis("SET", names.DEPLOYED, json.dumps(sorted(self._changeover.digests)))


_NEVER_READ: Final = object()


def current() -> GatewayState | None:
    """Return this process's gateway; None where no server runs (a management command, a test)."""
    return _current


def _build() -> RoutingTable:
    try:
        return build_routing_table()
    finally:
        close_old_connections()


def _mark_used(digests: list[str]) -> None:
    try:
        ApiKey.objects.mark_used(digests, timezone.now())
    except DatabaseError:
        logger.exception("When keys were last used could not be noted.")
    finally:
        close_old_connections()
