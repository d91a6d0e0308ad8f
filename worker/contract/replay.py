"""The messages of a replay: what was really asked of an endpoint lately, asked of another version."""

import re
from typing import Final

import msgspec

from worker.contract.comparison import Compared
from worker.contract.words import Words

REPLAY_ID: Final = re.compile(r"[0-9a-f]{32}")
ROWS_MAX: Final = 10_000
ROWS_DEFAULT: Final = 1_000


class ReplayRequest(msgspec.Struct, frozen=True, kw_only=True):
    """`worker.replay`: ask version `new` the last `rows` rows that version `old` answered before `now_ms`.

    The numbers are for the sentences. `hashed` features are not there to be asked.
    """

    replay_id: str
    endpoint: str
    old: int
    new: int
    old_digest: str
    new_digest: str
    now_ms: int
    rows: int = ROWS_DEFAULT
    hashed: tuple[str, ...] = ()


class OneRight(msgspec.Struct, frozen=True, kw_only=True):
    """Of the rows whose outcome is known: those that one version alone is right about, and the chance of such a split.

    `p` is McNemar's test in its exact form: how often a coin falls as unevenly.
    """

    only_old: int
    only_new: int
    p: float


class Mean(msgspec.Struct, frozen=True, kw_only=True):
    """A mean of differences, new minus old, with its 95 % interval; None for rows too few to tell."""

    value: float
    low: float | None = None
    high: float | None = None


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """What would have been answered. `compared` counts its rows from 1, the oldest first.

    `requests` are the request and the row in it, from 0, of each of `compared.most`. `low` and `high`: the 95 %
    interval of the share that is answered otherwise. `shift`: of numbers, by how much the answers are larger.
    """

    compared: Compared
    requests: tuple[tuple[str, int], ...]
    first_ms: int
    last_ms: int
    low: float
    high: float
    shift: Mean | None = None
    one_right: OneRight | None = None


class ReplayOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """`control.record_replay`: what would have been answered, or why that cannot be told."""

    replay_id: str
    replayed: Replayed | None = None
    reason: Words | None = None
    detail: str = ""
