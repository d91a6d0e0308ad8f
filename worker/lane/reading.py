"""The lane's loop: take what waits, answer it, take the next in the same write to Redis.

The primary waits at its door, or on the lane itself while no gateway has come in. A worker that stands by waits for a
call for help and then takes what it finds.
"""

import logging
import os
import secrets
import threading
import time
from pathlib import Path
from typing import Final

import hiredis
import msgspec

from worker.contract import names
from worker.contract.lane import LaneReplies
from worker.lane.answering import Answering, OnAnswered, OnRefused, Part
from worker.lane.claims import Claims, decode_batch, finished
from worker.lane.door import Door
from worker.lane.link import Command, Link, LinkLost, RedisAnswer
from worker.lane.liveness import Liveness
from worker.lane.warming import Warming
from worker.lane.watchdog import EXIT_SOFTWARE, Watchdog
from worker.models.cache import ModelCache

logger = logging.getLogger(__name__)

ENTRIES_MAX: Final = 4
"""Taken at once: the more one worker takes, the less its peers can help."""
BLOCK_MS: Final = 200
HOUSEKEEPING_S: Final = 0.25
RECONNECT_S: Final = 0.1
_encode_replies = msgspec.msgpack.Encoder().encode

_Entry = tuple[bytes, bytes]
"""An entry's id and its message."""


class LaneReader:
    """Reads the lane in a thread of its own, until it is stopped."""

    def __init__(
        self,
        socket: Path,
        doors: Path,
        cache: ModelCache,
        on_answered: OnAnswered = lambda *_: None,
        on_refused: OnRefused = lambda *_: None,
    ) -> None:
        self._consumer = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._link = Link(socket)
        self._claims = Claims(self._link, self._consumer)
        self._door = Door(doors, self._consumer)
        self._answering = Answering(cache, time.monotonic, on_answered, on_refused)
        self._liveness = Liveness(socket, self._consumer)
        self._warming = Warming(socket, cache, lambda: self._liveness.is_primary)
        self._busy_since_s: float | None = None
        self._watchdog = Watchdog(lambda: self._busy_since_s)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run_or_die, name="lane", daemon=True)
        self._housekeeping_due_s = 0.0
        self._lane_may_hold = True
        self._last_call = b"0-0"

    def start(self) -> None:
        """Begin to serve."""
        self._watchdog.start()
        self._door.open()
        self._liveness.start()
        self._warming.start()
        self._thread.start()

    def stop(self) -> None:
        """Finish what is in hand, take no more, and say that this worker is gone."""
        self._stopped.set()
        self._thread.join(timeout=30)
        self._door.close()  # first of all: nobody must wait for a worker that reads no more
        self._watchdog.stop()
        self._warming.stop()
        self._liveness.stop()
        self._link.close()

    def _run_or_die(self) -> None:
        try:
            self._run()
        except BaseException:
            # A lane that stopped while its process looks alive would be asked for ever: a dead process is replaced.
            logger.critical("The lane ended by a fault of its own; its process ends with it.", exc_info=True)
            os._exit(EXIT_SOFTWARE)

    def _run(self) -> None:
        said = ""
        while not self._stopped.is_set():
            try:
                self._join_group()
                said = ""
                self._finish_what_was_taken()
                self._serve()
            except (LinkLost, hiredis.ReplyError) as error:
                # Redis restarts, takes no writes, or was emptied and knows no group any more: begin anew.
                if str(error) != said:
                    logger.warning("The lane cannot work with Redis and tries again: %s", error)
                    said = str(error)
                self._stopped.wait(RECONNECT_S)

    def _join_group(self) -> None:
        for stream in (names.LANE, names.LANE_SUSPECTS):
            answer = self._link.call_all([("XGROUP", "CREATE", stream, names.LANE_GROUP, "0", "MKSTREAM")])[0]
            if isinstance(answer, hiredis.ReplyError) and not str(answer).startswith("BUSYGROUP"):
                raise answer
        calls = self._link.call("XREVRANGE", names.LANE_HELP, "+", "-", "COUNT", 1)
        self._last_call = calls[0][0] if calls else b"0-0"

    def _finish_what_was_taken(self) -> None:
        """Answer what this worker held when it lost Redis: nobody claims from the living."""
        for stream in (names.LANE, names.LANE_SUSPECTS):
            group = ("XREADGROUP", "GROUP", names.LANE_GROUP, self._consumer, "COUNT", ENTRIES_MAX)
            while entries := _entries(self._link.call(*group, "STREAMS", stream, "0")):
                self._settle(self._answer(stream, entries))

    def _serve(self) -> None:
        done: list[Command] = []
        while not self._stopped.is_set():
            if time.monotonic() >= self._housekeeping_due_s:
                self._settle(done)  # hold nothing while a suspect runs: it may be this worker's last
                done = []
                self._keep_house()
            if self._door.is_used:
                self._settle(done)
                done = self._serve_at_the_door()
            else:
                done = self._serve_from_the_lane(done)
        self._settle(done)

    def _serve_at_the_door(self) -> list[Command]:
        """Answer who came in. Look at the lane when somebody knocked, and go on while it may hold more.

        Not every knock comes in: one is lost with Redis, another gateway may stand before the door. So it is looked at
        with each look after the house, too, however busy the door is.
        """
        messages = self._door.wait(0 if self._lane_may_hold else BLOCK_MS / 1000)
        batches = []
        for caller, message in messages:
            batch = decode_batch(message) if message else None
            if batch is not None:
                caller.gateway = batch.reply_to
                batches.append(batch)
        # What is left to publish is for a gateway that has gone. It comes last: no other loses by it if Redis is lost.
        left = [command for part in self._answering.parts(batches) for command in self._answer_part(part)]
        self._lane_may_hold |= any(not message for _, message in messages) or any(batch.knock for batch in batches)
        self._settle(left)
        if messages and not self._lane_may_hold:
            return []
        entries = self._read([])
        self._lane_may_hold = len(entries) == ENTRIES_MAX
        return self._answer(names.LANE, entries) if entries else []

    def _serve_from_the_lane(self, done: list[Command]) -> list[Command]:
        self._door.admit()
        if self._door.is_used:
            return done  # who has come in is heard now, not when the wait for the lane is over
        is_primary = self._liveness.is_primary
        entries = self._read(done, wait=is_primary)
        if not entries and not is_primary:
            self._await_call_for_help()
        return self._answer(names.LANE, entries) if entries else []

    def _read(self, done: list[Command], *, wait: bool = False) -> list[_Entry]:
        block = ("BLOCK", BLOCK_MS) if wait else ()
        group = ("XREADGROUP", "GROUP", names.LANE_GROUP, self._consumer, "COUNT", ENTRIES_MAX)
        return _entries(self._link.call_after(done, *group, *block, "STREAMS", names.LANE, ">"))

    def _await_call_for_help(self) -> None:
        calls = _entries(self._link.call("XREAD", "BLOCK", BLOCK_MS, "STREAMS", names.LANE_HELP, self._last_call))
        if calls:
            self._last_call = calls[-1][0]

    def _settle(self, done: list[Command]) -> None:
        if done:
            self._link.call_all(done)

    def _answer(self, stream: str, entries: list[_Entry]) -> list[Command]:
        """Return the commands that send the last answers and take the entries off the stream; send those before."""
        batches = [batch for _, message in entries if (batch := decode_batch(message)) is not None]
        done: list[Command] = []
        for part in self._answering.parts(batches):
            self._settle(done)
            done = self._answer_part(part)
        return [*done, *finished(stream, [entry_id for entry_id, _ in entries])]

    def _answer_part(self, part: Part) -> list[Command]:
        self._busy_since_s = time.monotonic()
        by_gateway = self._answering.answer(part)
        self._busy_since_s = None
        messages = {gateway: _encode_replies(LaneReplies(tuple(answers))) for gateway, answers in by_gateway.items()}
        return [
            ("PUBLISH", names.REPLY_PREFIX + gateway, message)
            for gateway, message in messages.items()
            if not self._door.reply(gateway, message)
        ]

    def _keep_house(self) -> None:
        self._claims.look()
        while suspects := self._read_suspect():
            self._settle(self._answer(names.LANE_SUSPECTS, suspects))
        self._lane_may_hold = True
        self._housekeeping_due_s = time.monotonic() + HOUSEKEEPING_S

    def _read_suspect(self) -> list[_Entry]:
        return _entries(
            self._link.call(
                *("XREADGROUP", "GROUP", names.LANE_GROUP, self._consumer, "COUNT", 1),
                *("STREAMS", names.LANE_SUSPECTS, ">"),
            )
        )


def _entries(answer: RedisAnswer) -> list[_Entry]:
    if isinstance(answer, hiredis.ReplyError):
        raise answer
    if not answer:
        return []
    # An entry that was deleted meanwhile has no fields any more.
    return [(entry_id, fields[1] if fields else b"") for entry_id, fields in answer[0][1]]
