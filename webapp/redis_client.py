"""The control plane's connection to Redis, for what is not a Celery message."""

from functools import cache

import redis
from django.conf import settings


@cache
def client() -> redis.Redis:
    """Return the connection pool of this process. A call takes at most a second, for pages wait on it."""
    return redis.Redis(unix_socket_path=str(settings.REDIS_SOCKET), socket_timeout=1, socket_connect_timeout=1)
