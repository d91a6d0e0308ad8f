"""How a page asks for a prediction: over the online path of the process it runs in, as every program's request goes."""

from secrets import token_hex
from typing import Final

from webapp.endpoints.liveness import redis_answers
from webapp.gateway.answers import NOT_READY, Answer
from webapp.gateway.routing import Route
from webapp.gateway.state import current
from webapp.registry.models import ModelVersion
from webapp.request_id import current as current_id
from worker.contract.journal import JournalRule

AGAIN: Final = "/again"
"""Behind an endpoint's name, where a row is asked again: such requests never leave together with callers'."""

UNKEPT: Final = JournalRule(is_kept=False)


def predict(user_id: int, endpoint_name: str, body: bytes) -> Answer:
    """Return the answer for JSON rows, for a user who may use the endpoint. Wait at most the deadline."""
    gateway = current()
    route = gateway.table.routes.get(endpoint_name) if gateway is not None else None
    # A Redis that hangs would hold the page until the deadline.
    if gateway is None or route is None or not redis_answers():
        return NOT_READY
    return gateway.ask_from_thread(route.for_caller(b"user:%d" % user_id), current_id() or token_hex(8), body, user_id)


def predict_by(version: ModelVersion, user_id: int, endpoint_name: str, body: bytes) -> Answer:
    """Return the answer of a version, deployed or not, for JSON rows. The journal keeps nothing of it."""
    gateway = current()
    if gateway is None or not redis_answers():
        return NOT_READY
    route = Route(endpoint=endpoint_name + AGAIN, version=version.number, digest=version.digest, rule=UNKEPT)
    return gateway.ask_from_thread(route, current_id() or token_hex(8), body, user_id)
