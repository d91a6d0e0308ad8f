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


def claim_from_the_dead(link: Link, consumer: str) -> int:
    """Take over what dead workers held; return how many entries that were."""
    batches = _claim(link, consumer, names.LANE)
    for entry_id, batch in batches:
        logger.warning("A worker died with %d requests in hand; each is tried alone.", len(batch.requests))
        link.call_all(_as_suspects(entry_id, batch))
    killers = _claim(link, consumer, names.LANE_SUSPECTS)
    for entry_id, batch in killers:
        logger.error(
            "Request %s for endpoint %r is set aside: two workers died of it.",
            batch.requests[0].request_id,
            batch.endpoint,
        )
        link.call_all(_set_aside(entry_id, batch))
    return len(batches) + len(killers)


def forget_the_dead(link: Link, consumer: str) -> None:
    """Remove consumers that are dead and hold nothing, so that their names do not pile up."""
    for stream in (names.LANE, names.LANE_SUSPECTS):
        for fields in link.call("XINFO", "CONSUMERS", stream, names.LANE_GROUP):
            facts = dict(zip(fields[::2], fields[1::2], strict=True))
            name = facts[b"name"].decode()
            if name != consumer and not facts[b"pending"] and not _lives(link, name):
                link.call("XGROUP", "DELCONSUMER", stream, names.LANE_GROUP, name)


def finished(stream: str, entry_ids: list[bytes]) -> list[Command]:
    """Return the commands that take entries off the stream for good."""
    return [("XACK", stream, names.LANE_GROUP, *entry_ids), ("XDEL", stream, *entry_ids)]


def _claim(link: Link, consumer: str, stream: str) -> list[tuple[bytes, LaneBatch]]:
    pending = link.call("XPENDING", stream, names.LANE_GROUP, "IDLE", IDLE_MIN_MS, "-", "+", CLAIM_MAX)
    owners = {owner.decode() for _, owner, _, _ in pending} - {consumer}
    dead = {owner for owner in owners if not _lives(link, owner)}
    entry_ids = [entry_id for entry_id, owner, _, _ in pending if owner.decode() in dead]
    if not entry_ids:
        return []
    # XCLAIM gives an entry to one claimer only: for the second one it is no longer idle.
    entries = link.call("XCLAIM", stream, names.LANE_GROUP, consumer, IDLE_MIN_MS, *entry_ids)
    batches = [(entry_id, decode_batch(fields[1])) for entry_id, fields in entries]
    unreadable = [entry_id for entry_id, batch in batches if batch is None]
    if unreadable:
        link.call_all(finished(stream, unreadable))
    return [(entry_id, batch) for entry_id, batch in batches if batch is not None]


def _lives(link: Link, consumer: str) -> bool:
    return bool(link.call("EXISTS", names.ALIVE_PREFIX + consumer))


def _as_suspects(entry_id: bytes, batch: LaneBatch) -> list[Command]:
    alone = [msgspec.structs.replace(batch, requests=(request,)) for request in batch.requests]
    adds: list[Command] = [("XADD", names.LANE_SUSPECTS, "*", names.LANE_FIELD, _encode_batch(one)) for one in alone]
    return [("MULTI",), *adds, *finished(names.LANE, [entry_id]), ("EXEC",)]


def _set_aside(entry_id: bytes, batch: LaneBatch) -> list[Command]:
    replies = LaneReplies(tuple(crash_reply(request) for request in batch.requests))
    publish: Command = ("PUBLISH", names.REPLY_PREFIX + batch.reply_to, _encode_replies(replies))
    return [publish, *finished(names.LANE_SUSPECTS, [entry_id])]
