"""How a page asks for a prediction: over the online path of the process it runs in, as every program's request goes."""

from secrets import token_hex

from webapp.endpoints.liveness import redis_answers
from webapp.gateway.answers import NOT_READY, Answer
from webapp.gateway.state import current


def predict(endpoint_name: str, body: bytes, content_type: str) -> Answer:
    """Return the answer for a native-dialect `body`, for a user who may use the endpoint. Wait at most the deadline."""
    gateway = current()
    route = gateway.table.routes.get(endpoint_name) if gateway is not None else None
    # A Redis that hangs would hold the page until the deadline.
    if gateway is None or route is None or not redis_answers():
        return NOT_READY
    return gateway.ask_from_thread(route, content_type, token_hex(8), body)
