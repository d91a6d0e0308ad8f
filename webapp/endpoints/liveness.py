"""Whether anybody computes: the sign of life that inference workers leave in Redis."""

from redis.exceptions import RedisError

from webapp import redis_client
from worker.contract import names


def inference_answers() -> bool:
    """Return whether at least one inference worker lives."""
    try:
        return bool(redis_client.client().exists(names.ALIVE))
    except RedisError:
        return False


def redis_answers() -> bool:
    """Return whether Redis answers at once."""
    try:
        return bool(redis_client.client().ping())
    except RedisError:
        return False
