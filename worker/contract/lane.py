"""The messages of the lane: msgpack arrays, so that a request costs a few bytes beside its body."""

import struct
from typing import Final

import msgspec

from worker.contract.journal import KEEP_ALL, JournalRule

FRAME: Final = struct.Struct("<I")
"""Before each message at a worker's door: its length in bytes."""

DOOR_BYTES_MAX: Final = 64 << 10
"""Larger batches go by the stream: at the door a message must fit the socket's buffer as a whole."""


DEADLINE_S: Final = 10.0
"""So long after it came a request is answered, or refused."""


class LaneRequest(msgspec.Struct, array_like=True, frozen=True):
    """One caller's request, its body untouched.

    `number` is the gateway's own; it comes back with the answer. `deadline_s` is on the machine's monotonic clock,
    which every process of the box shares. `dialect` names the protocol in which to read and answer. `caller` is for the
    journal: the way and the account, as `worker.contract.journal` writes it.
    """

    number: int
    request_id: str
    dialect: str
    content_type: str
    deadline_s: float
    body: bytes
    caller: str = ""


class LaneBatch(msgspec.Struct, array_like=True, frozen=True):
    """Requests of one gateway process for one version. `digest` "" is a probe: it is answered without a model.

    With `against` nobody waits for predictions: the answer to each request is a `Comparison` of this version's answers
    with those of the version `against`. With `knock` something waits on the stream as well. `rule` says what the
    journal keeps of the rows.
    """

    reply_to: str
    endpoint: str
    version: int
    digest: str
    requests: tuple[LaneRequest, ...]
    against: str = ""
    knock: bool = False
    rule: JournalRule = KEEP_ALL


class LaneReply(msgspec.Struct, array_like=True, frozen=True):
    """The answer to one request. `rows` is how many rows were predicted, 0 for an error.

    `waited_s` is how long an answered request waited until a worker began with it.
    """

    number: int
    status: int
    content_type: str
    body: bytes
    rows: int = 0
    waited_s: float = 0.0


class LaneReplies(msgspec.Struct, array_like=True, frozen=True):
    """Answers to one gateway process."""

    replies: tuple[LaneReply, ...]


class Comparison(msgspec.Struct, array_like=True, frozen=True):
    """How two versions answered the rows of one request, msgpack in the body of its reply.

    `different` counts rows with another label, or with a number that is off by more than `DIFFERENT_RELATIVE`.
    `gap_sum` and `gap_max` are of each row's gap: between the numbers, or between the probabilities that both give the
    label which the other version answered (0 or 1 where there are none).
    """

    rows: int
    different: int
    gap_sum: float
    gap_max: float


DIFFERENT_RELATIVE: Final = 0.01
COMPARISON: Final = "application/x-msgpack"

PROBE_DIGEST: Final = ""
