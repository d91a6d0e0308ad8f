"""What a dead worker had taken: found, split into single requests, and set aside where it kills.

A batch whose worker died is split: each of its requests goes on the stream of suspects alone. A suspect is read one at
a time, so when a worker dies holding one, that one is what killed it: its third delivery is an error instead. Death is
told by the missing sign of life, never by slowness: a long prediction is not claimed.
"""

import logging
from typing import Final

import msgspec

from worker.contract import names
from worker.contract.lane import LaneBatch, LaneReplies
from worker.lane.answering import crash_reply
from worker.lane.link import Command, Link

logger = logging.getLogger(__name__)

IDLE_MIN_MS: Final = 300
CLAIM_MAX: Final = 128
_encode_batch = msgspec.msgpack.Encoder().encode
_encode_replies = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(LaneBatch).decode


def decode_batch(message: bytes) -> LaneBatch | None:
    """Return the batch, or None for what cannot be read: nobody can be answered, and it must not come back for ever."""
    if not message:
        return None  # deleted meanwhile
    try:
        return _decode(message)
    except msgspec.DecodeError as error:
        logger.error("An entry of the lane cannot be read and is dropped: %s", error)  # no fault of ours
        return None


class Claims:
    """What one worker does about its dead peers, at each look after its house.

    A peer is dead when its sign of life is missing at two looks in a row: after a stall of Redis all signs have
    expired, and this worker may look before the peer writes.
    """

    def __init__(self, link: Link, consumer: str) -> None:
        self._link = link
        self._consumer = consumer
        self._missed: set[str] = set()
        self._dead: set[str] = set()

    def look(self) -> None:
        """Take over what dead workers held, and forget those that hold nothing any more."""
        peers = {stream: self._peers(stream) for stream in (names.LANE, names.LANE_SUSPECTS)}
        missing = {peer for of_stream in peers.values() for peer in of_stream if not self._lives(peer)}
        self._dead, self._missed = missing & self._missed, missing
        if not self._dead:
            return
        for entry_id, batch in self._claim(names.LANE):
            logger.warning("A worker died with %d requests in hand; each is tried alone.", len(batch.requests))
            self._link.call_all(_as_suspects(entry_id, batch))
        for entry_id, batch in self._claim(names.LANE_SUSPECTS):
            request_id = batch.requests[0].request_id
            logger.error("Request %s for %r is set aside: two workers died of it.", request_id, batch.endpoint)
            self._link.call_all(_set_aside(entry_id, batch))
        for stream, of_stream in peers.items():
            for peer, pending in of_stream.items():
                if peer in self._dead and pending == 0:
                    self._link.call("XGROUP", "DELCONSUMER", stream, names.LANE_GROUP, peer)

    def _peers(self, stream: str) -> dict[str, int]:
        """Return how many entries each other worker holds."""
        peers = {}
        for fields in self._link.call("XINFO", "CONSUMERS", stream, names.LANE_GROUP):
            facts = dict(zip(fields[::2], fields[1::2], strict=True))
            peers[facts[b"name"].decode()] = facts[b"pending"]
        peers.pop(self._consumer, None)
        return peers

    def _lives(self, peer: str) -> bool:
        return bool(self._link.call("EXISTS", names.ALIVE_PREFIX + peer))

    def _claim(self, stream: str) -> list[tuple[bytes, LaneBatch]]:
        pending = self._link.call("XPENDING", stream, names.LANE_GROUP, "IDLE", IDLE_MIN_MS, "-", "+", CLAIM_MAX)
        entry_ids = [entry_id for entry_id, owner, _, _ in pending if owner.decode() in self._dead]
        if not entry_ids:
            return []
        # XCLAIM gives an entry to one claimer only: for the second one it is no longer idle.
        entries = self._link.call("XCLAIM", stream, names.LANE_GROUP, self._consumer, IDLE_MIN_MS, *entry_ids)
        batches = [(entry_id, decode_batch(fields[1])) for entry_id, fields in entries]
        unreadable = [entry_id for entry_id, batch in batches if batch is None]
        if unreadable:
            self._link.call_all(finished(stream, unreadable))
        return [(entry_id, batch) for entry_id, batch in batches if batch is not None]


def finished(stream: str, entry_ids: list[bytes]) -> list[Command]:
    """Return the commands that take entries off the stream for good."""
    return [("XACK", stream, names.LANE_GROUP, *entry_ids), ("XDEL", stream, *entry_ids)]


def _as_suspects(entry_id: bytes, batch: LaneBatch) -> list[Command]:
    alone = [msgspec.structs.replace(batch, requests=(request,)) for request in batch.requests]
    adds: list[Command] = [("XADD", names.LANE_SUSPECTS, "*", names.LANE_FIELD, _encode_batch(one)) for one in alone]
    return [("MULTI",), *adds, *finished(names.LANE, [entry_id]), ("EXEC",)]


def _set_aside(entry_id: bytes, batch: LaneBatch) -> list[Command]:
    replies = LaneReplies(tuple(crash_reply(request) for request in batch.requests))
    publish: Command = ("PUBLISH", names.REPLY_PREFIX + batch.reply_to, _encode_replies(replies))
    return [publish, *finished(names.LANE_SUSPECTS, [entry_id])]
