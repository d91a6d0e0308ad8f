"""The control plane's connection to Redis, for what is not a Celery message."""

from functools import cache

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry


@cache
def client() -> redis.Redis:
    """Return the connection pool of this process.

    A call takes at most a second and is not tried again: pages wait on it, and "away" is an answer that they can show.
    """
    return redis.Redis(
        unix_socket_path=str(settings.REDIS_SOCKET),
        socket_timeout=1,
        socket_connect_timeout=1,
        retry=Retry(NoBackoff(), 0),
    )
