"""Which names the box is to have: those that were typed, else its own, else the machine's."""

import socket
from collections.abc import Sequence

from appliance.installing import settings
from appliance.tls.names import names_of


def chosen(typed: Sequence[str]) -> tuple[str, ...]:
    """Return the names that the box is to have, the one of its address first. Raise for one that cannot be a name."""
    return as_written(typed) or settings.names() or as_written([socket.getfqdn()])


def as_written(texts: Sequence[str]) -> tuple[str, ...]:
    """Return names as they are kept, each once. Raise for one that cannot be a name."""
    return tuple(dict.fromkeys(names_of([text]).first for text in texts))
