"""How a page asks for a prediction: over the online path of the process it runs in, as every program's request goes."""

from secrets import token_hex

from webapp.endpoints.liveness import redis_answers
from webapp.gateway.answers import NOT_READY, Answer
from webapp.gateway.state import current


def predict(user_id: int, endpoint_name: str, body: bytes) -> Answer:
    """Return the answer for JSON rows, for a user who may use the endpoint. Wait at most the deadline."""
    gateway = current()
    route = gateway.table.routes.get(endpoint_name) if gateway is not None else None
    # A Redis that hangs would hold the page until the deadline.
    if gateway is None or route is None or not redis_answers():
        return NOT_READY
    return gateway.ask_from_thread(route.for_caller(b"user:%d" % user_id), "application/json", token_hex(8), body)
