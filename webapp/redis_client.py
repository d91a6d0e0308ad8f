"""The control plane's connection to Redis, for what is not a Celery message."""

from functools import cache
from typing import Final

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

from worker.contract.queue_login import queue_login

TIMEOUT_S: Final = 0.5


@cache
def client() -> redis.Redis:
    """Return the connection pool of this process.

    A call takes at most half a second and is not tried again: pages wait on it, and "away" is an answer, too.
    """
    login = queue_login()
    return redis.Redis(
        unix_socket_path=str(settings.REDIS_SOCKET),
        username=login.user if login else None,
        password=login.password if login else None,
        socket_timeout=TIMEOUT_S,
        socket_connect_timeout=TIMEOUT_S,
        retry=Retry(NoBackoff(), 0),
    )
