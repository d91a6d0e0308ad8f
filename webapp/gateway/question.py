"""What a caller sent, as the gateway hands it on: bytes that nobody here looks into."""

from typing import NamedTuple


class Question(NamedTuple):
    """A request's body with what is said of it. `caller` is for the journal: the way it came and the account."""

    content_type: str
    request_id: str
    body: bytes
    caller: str = ""
