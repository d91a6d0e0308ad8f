"""The gateway's side of the lane: requests leave in batches, answers come back by number, nobody waits for ever."""

import asyncio
import itertools
import logging
import time
from collections.abc import Callable
from pathlib import Path
from secrets import token_hex
from typing import Final

import msgspec

from webapp.gateway.answers import NOT_READY, QUEUE_FULL, TIMED_OUT, Answer
from webapp.gateway.coalescing import Batch, Coalescer
from webapp.gateway.link import Argument, RedisAnswer, RedisLink, RedisLinkError, RedisRefusal
from webapp.gateway.primary import Primary
from webapp.gateway.question import Question
from webapp.gateway.routing import Route
from worker.contract import names
from worker.contract.lane import DEADLINE_S, LaneBatch, LaneReplies, LaneRequest

logger = logging.getLogger(__name__)

SWEEP_S: Final = 0.1
RECONNECT_S: Final = 0.1
ASK_TIMEOUT_S: Final = 1.0
PENDING_MAX: Final = 2048
BUSY: Final = 128
PENDING_BYTES_MAX: Final = 64 << 20
"""Of each web process; all of them together must leave Redis memory for its other work."""

OnAnswer = Callable[[Answer], None]

_encode_batch = msgspec.msgpack.Encoder().encode
_decode_replies = msgspec.msgpack.Decoder(LaneReplies).decode


class _Pending:
    """A request that has not been answered: who waits, what was asked, with which batch it left."""

    __slots__ = ("batch", "coalescer", "on_answer", "request", "route")

    def __init__(self, request: LaneRequest, route: Route, coalescer: Coalescer, on_answer: OnAnswer) -> None:
        self.request = request
        self.route = route
        self.coalescer = coalescer
        self.on_answer = on_answer
        self.batch: Batch | None = None


class LaneClient:
    """All requests of this process that are on their way.

    Invariants: a request is in `_pending` until it is answered, refused or past its deadline, and numbers only grow, so
    the oldest deadline stands first. `workers_alive` is what the last look at the liveness key showed. A batch
    that has left is in the hands of `primary` or on the stream.
    """

    def __init__(self, socket: Path, doors: Path) -> None:
        self._socket = socket
        self._gateway_id = token_hex(8)
        self._loop = asyncio.get_running_loop()
        self._numbers = itertools.count(1)
        self._pending: dict[int, _Pending] = {}
        self._pending_bytes = 0
        self._coalescers: dict[tuple[str, str, str], Coalescer] = {}
        self._link: RedisLink | None = None
        self._subscription: RedisLink | None = None
        self.primary = Primary(doors, on_message=self._take, on_lost=self._try_alone)
        self._lost = asyncio.Event()
        self._last_death_s = 0.0
        self._missed = False
        self.workers_alive = False

    async def run(self) -> None:
        """Keep the connections to Redis, for ever; what was in flight when one broke is sent again."""
        sweep = self._loop.create_task(self._sweep_for_ever())
        is_away = False
        try:
            while True:
                try:
                    await self._connect()
                    is_away = False
                    await self._lost.wait()
                except OSError as error:
                    if not is_away:  # tried ten times a second, told once
                        logger.warning("Redis does not answer at %s: %s", self._socket, error)
                    is_away = True
                self._disconnect()
                await asyncio.sleep(RECONNECT_S)
        finally:
            sweep.cancel()
            self._disconnect()
            self.primary.leave()

    def submit(self, route: Route, question: Question) -> "asyncio.Future[Answer]":
        """Return the future of the answer; it is done at the deadline at the latest."""
        future: asyncio.Future[Answer] = self._loop.create_future()

        def settle(answer: Answer) -> None:
            if not future.done():
                future.set_result(answer)

        self.ask(route, question, settle)
        return future

    def ask(self, route: Route, question: Question, on_answer: OnAnswer) -> None:
        """Call `on_answer` once with the answer, at the deadline at the latest, and at once with a refusal."""
        if not self.workers_alive or self._link is None:
            on_answer(NOT_READY)
            return
        if len(self._pending) >= PENDING_MAX or self._pending_bytes + len(question.body) > PENDING_BYTES_MAX:
            on_answer(QUEUE_FULL)
            return
        number = next(self._numbers)
        content_type, request_id, body, caller = question
        deadline_s = time.monotonic() + DEADLINE_S
        request = LaneRequest(number, request_id, route.dialect, content_type, deadline_s, body, caller)
        coalescer = self._coalescer(route)
        self._pending[number] = _Pending(request, route, coalescer, on_answer)
        self._pending_bytes += len(question.body)
        coalescer.submit(request)

    async def ask_redis(self, *arguments: Argument) -> RedisAnswer:
        """Ask Redis something beside the lane. Raise `RedisLinkError` when it is not there or does not answer."""
        if self._link is None:
            msg = "Redis is not connected."
            raise RedisLinkError(msg)
        try:
            async with asyncio.timeout(ASK_TIMEOUT_S):
                return await self._link.ask(*arguments)
        except TimeoutError:
            msg = f"Redis did not answer within {ASK_TIMEOUT_S:.0f} s."
            raise RedisLinkError(msg) from None

    def note_liveness(self, *, alive: bool) -> None:
        """Take what a look at the liveness key showed.

        One look without it proves nothing: after a stall of Redis the key has expired, and this process may look
        before the worker writes. Two looks in a row are a death.
        """
        missed_before, self._missed = self._missed, not alive
        if alive:
            self.workers_alive = True
        elif self.workers_alive and missed_before:
            logger.warning("No inference worker gives a sign of life; requests are answered 503 until one does.")
            self._last_death_s = time.monotonic()
            self.workers_alive = False

    @property
    def is_busy(self) -> bool:
        """Whether so much is on its way that nothing should be asked which nobody waits for."""
        return len(self._pending) >= BUSY

    def forget_versions(self, live: set[tuple[str, str, str]]) -> None:
        """Drop the coalescers of versions that no endpoint uses any more."""
        for key in [key for key in self._coalescers if key not in live]:
            del self._coalescers[key]

    def _coalescer(self, route: Route) -> Coalescer:
        key = (route.endpoint, route.digest, route.against)
        coalescer = self._coalescers.get(key)
        if coalescer is None:
            coalescer = self._coalescers[key] = Coalescer(self._send, self._call_for_help, self._loop)
        return coalescer

    def _send(self, batch: Batch) -> None:
        for request in batch.requests:
            pending = self._pending.get(request.number)
            if pending is not None:
                pending.batch = batch
            else:
                # Its deadline passed while it waited to leave: nobody will count its answer.
                batch.open_count -= 1
        first = self._first_of(batch)
        if first is None:
            return  # nobody waits any more
        route = first.route
        # What is slow goes where workers that stand by can take it, and what is only compared is in no hurry.
        quick = first.coalescer.is_quick and not route.against
        if not (quick and self.primary.hand_in(batch, lambda knock: self._message(route, batch.requests, knock=knock))):
            self._put(names.LANE, route, batch.requests)

    def _first_of(self, batch: Batch) -> _Pending | None:
        return next((self._pending[r.number] for r in batch.requests if r.number in self._pending), None)

    def _message(self, route: Route, requests: tuple[LaneRequest, ...], *, knock: bool = False) -> bytes:
        return _encode_batch(LaneBatch(self._gateway_id, *route.address, requests, route.against, knock, route.rule))

    def _put(self, stream: str, route: Route, requests: tuple[LaneRequest, ...]) -> None:
        if self._link is None:
            return  # the next connection sends it
        try:
            added = self._link.ask("XADD", stream, "*", names.LANE_FIELD, self._message(route, requests))
        except RedisLinkError:
            return  # this connection has just ended, and as above
        added.add_done_callback(lambda done: self._note_added(done, requests))

    def _note_added(self, added: "asyncio.Future[RedisAnswer]", requests: tuple[LaneRequest, ...]) -> None:
        """Tell the primary worker of what is on the stream now, or those who wait that Redis did not take it."""
        error = added.exception()
        if error is None:
            self.primary.knock()
        elif isinstance(error, RedisRefusal):
            logger.warning("Redis takes no requests: %s", error)
            for request in requests:
                pending = self._settle(request.number)
                if pending is not None:
                    pending.on_answer(NOT_READY)

    def _call_for_help(self, batch: Batch) -> None:
        """Wake the workers that stand by: a batch is slow, or the one that held it is dead."""
        if self._link is None:
            return
        if self.primary.has_unread(batch):
            self._send_once_more(batch)
        self._link.send("XADD", names.LANE_HELP, "MAXLEN", 1, "*", "from", self._gateway_id)

    def _try_alone(self, batches: list[Batch]) -> None:
        """Put what a worker held on the stream of suspects: it may have died of it."""
        in_hand = [self._pending.get(request.number) for batch in batches for request in batch.requests]
        held = [pending for pending in in_hand if pending is not None]
        if held:
            logger.warning("A worker is gone with %d requests in hand; each is tried alone.", len(held))
        for pending in held:
            self._put(names.LANE_SUSPECTS, pending.route, (pending.request,))

    async def _connect(self) -> None:
        self._lost.clear()
        subscription = await RedisLink.connect(self._socket, on_push=self._take, on_lost=self._lost.set)
        self._subscription = subscription
        await subscription.ask("SUBSCRIBE", names.REPLY_PREFIX + self._gateway_id)
        self._link = await RedisLink.connect(self._socket, on_push=self._take, on_lost=self._lost.set)
        self._send_again()

    def _disconnect(self) -> None:
        for link in (self._link, self._subscription):
            if link is not None:
                link.close()
        self._link = self._subscription = None
        self.workers_alive = False
        self._last_death_s = time.monotonic()

    def _send_again(self) -> None:
        """Put all that is in flight on the lane once more: prediction is pure, a second answer is ignored."""
        batches = {id(p.batch): p.batch for p in self._pending.values() if p.batch is not None}
        for batch in batches.values():
            if not self.primary.has(batch):
                self._send_once_more(batch)

    def _send_once_more(self, batch: Batch) -> None:
        first = self._first_of(batch)
        if first is not None:
            self._put(names.LANE, first.route, batch.requests)

    def _take(self, message: bytes) -> None:
        """Hand out answers. What waits behind them leaves first: the worker goes on while callers are answered."""
        answered = [(self._settle(reply.number), reply) for reply in _decode_replies(message).replies]
        for pending, reply in answered:
            if pending is not None:
                answer = Answer(reply.status, reply.content_type, reply.body, reply.rows, reply.waited_s)
                pending.on_answer(answer)

    def _settle(self, number: int) -> _Pending | None:
        """Return who waits for this answer; None for a second answer, or one that came after the deadline."""
        pending = self._pending.pop(number, None)
        if pending is not None:
            self._pending_bytes -= len(pending.request.body)
            if pending.batch is not None:
                self._count(pending.batch, pending.coalescer)
        return pending

    def _count(self, batch: Batch, coalescer: Coalescer) -> None:
        """Count an answer; after the last one what waits behind the batch leaves."""
        if batch.open_count == 1:
            self.primary.settle(batch)
        coalescer.answered(batch)
        self.primary.knock_if_due()

    async def _sweep_for_ever(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_S)
            now_s = time.monotonic()
            while self._pending:
                number, pending = next(iter(self._pending.items()))
                if pending.request.deadline_s > now_s:
                    break
                asked_s = pending.request.deadline_s - DEADLINE_S
                nobody_was_there = not self.workers_alive or self._last_death_s >= asked_s
                self._settle(number)
                pending.on_answer(NOT_READY if nobody_was_there else TIMED_OUT)
