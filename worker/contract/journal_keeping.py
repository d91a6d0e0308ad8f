"""The message that keeps the journal in its bounds."""

import msgspec


class EndpointBounds(msgspec.Struct, frozen=True, kw_only=True):
    """How long and how much of one endpoint's journal is kept. Of `hashed` features no value is."""

    endpoint: str
    days: int
    bytes_max: int
    hashed: tuple[str, ...] = ()


class KeepRequest(msgspec.Struct, frozen=True, kw_only=True):
    """`worker.keep_journal`: pack what is closed, remove what is over.

    Of an endpoint that is not named, because it is gone, the journal goes once all of it is older than `days_orphaned`.
    """

    bounds: tuple[EndpointBounds, ...]
    days_orphaned: int = 90


class JournalSize(msgspec.Struct, frozen=True, kw_only=True):
    """What the journal of an endpoint takes."""

    endpoint: str
    bytes: int


class KeepOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """`control.record_journals`: what the journals take once they are in their bounds."""

    sizes: tuple[JournalSize, ...] = ()
