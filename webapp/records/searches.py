"""Looks for rows of the journal: the data plane alone reads it, and leaves what it found for a moment."""

import time
from collections.abc import Sequence
from hashlib import sha256
from typing import Final

import msgspec
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from webapp import redis_client
from webapp.accounts.models import User
from webapp.celery import app
from webapp.endpoints.models import Endpoint
from worker.contract import names
from worker.contract.journal import API, JOB, PAGE
from worker.contract.records import BY_CALLER, FOUND_PREFIX, FindOutcome, FindRequest, Selector

ASKED_PREFIX: Final = "control:finding:"
ASKED_S: Final = 60
"""A search that was not answered by then is asked for again."""

WAIT_S: Final = 1.0
"""So long a page waits before it says that it will look again by itself."""

POLL_S: Final = 0.03
SCAN_COUNT: Final = 1000
"""How many keys Redis looks at before it answers; a box has some dozens."""


class SearchAwayError(Exception):
    """Redis does not answer, or does not take the message."""


def search_for(user: User, endpoint: Endpoint, selector: Selector) -> FindRequest:
    """Return what to look for: everybody's rows for those who manage the endpoint, one's own for all others."""
    callers = () if endpoint.may_be_managed_by(user) else callers_of(user)
    said = msgspec.json.encode((user.pk, endpoint.name, selector, callers))
    return FindRequest(
        find_id=sha256(said).hexdigest()[:32], endpoint=endpoint.name, selector=selector, callers=callers
    )


def own_rows(user: User) -> Selector:
    """Return what selects the rows that a person asked for, by whatever way."""
    return Selector(by=BY_CALLER, values=callers_of(user))


def callers_of(user: User) -> tuple[str, ...]:
    """Return an account as the journal writes it, by each way."""
    return tuple(f"{way}:{user.pk}" for way in (PAGE, API, JOB))


def found(request: FindRequest, wait_s: float = WAIT_S) -> FindOutcome | None:
    """Return what was found; None where that is not known after a while. Raise SearchAwayError."""
    until_s = time.monotonic() + wait_s
    try:
        said = _answer(request)
        if said is None and redis_client.client().set(ASKED_PREFIX + request.find_id, 1, nx=True, ex=ASKED_S):
            message = msgspec.to_builtins(request)
            app.send_task(names.TASK_FIND_ROWS, kwargs={"message": message}, queue=names.QUEUE_RECORDS)  # type: ignore[no-untyped-call]  # Celery is untyped
        while said is None and time.monotonic() < until_s:
            time.sleep(POLL_S)
            said = _answer(request)
        if said is not None:
            redis_client.client().delete(ASKED_PREFIX + request.find_id)
    except (RedisError, OperationalError) as error:
        raise SearchAwayError from error
    return said


def forget_found(requests: Sequence[FindRequest]) -> None:
    """Look anew the next time: something was learned of these rows."""
    keys = [prefix + each.find_id for each in requests for prefix in (FOUND_PREFIX, ASKED_PREFIX)]
    try:
        redis_client.client().delete(*keys)
    except RedisError:
        return  # the answer is forgotten by itself in a moment


def forget_all_found() -> None:
    """Look anew whatever is looked for: rows were deleted, and must not be shown from what was found before."""
    try:
        client = redis_client.client()
        for key in client.scan_iter(match=f"{FOUND_PREFIX}*", count=SCAN_COUNT):
            client.delete(key)
    except RedisError:
        return  # as above


def _answer(request: FindRequest) -> FindOutcome | None:
    said = redis_client.client().get(FOUND_PREFIX + request.find_id)
    return msgspec.json.decode(said, type=FindOutcome) if isinstance(said, bytes) else None
