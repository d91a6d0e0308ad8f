"""`/livez`, `/readyz` and `/metrics`, answered before Django so that they tell of the online path itself."""

import json
from typing import Final

from asgiref.sync import sync_to_async
from django.db import DatabaseError, close_old_connections, connection

from webapp.gateway import metrics
from webapp.gateway.answers import JSON, Answer
from webapp.gateway.link import RedisLinkError
from webapp.gateway.state import GatewayState

PROBE_KEY: Final = "bastide:readyz"
PROBE_MS: Final = 1000
HEALTH_PATHS: Final = frozenset({"/livez", "/readyz", "/metrics"})


async def answer_health(path: str, state: GatewayState) -> Answer:
    """Return the answer for one of `HEALTH_PATHS`."""
    if path == "/livez":
        return Answer(200, JSON, b'{"live": true}')
    if path == "/metrics":
        metrics.write_out()
        return Answer(200, metrics.CONTENT_TYPE, await sync_to_async(metrics.render, thread_sensitive=False)())
    refused = await _redis_refuses(state)
    checks = {
        "database": await sync_to_async(_database_answers, thread_sensitive=False)(),
        "redis": not refused,
        "worker": await state.probe(),
    }
    ready = all(checks.values())
    told = {"ready": ready, "checks": checks} | ({"problems": [refused]} if refused else {})
    return Answer(200 if ready else 503, JSON, json.dumps(told).encode())


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return bool(cursor.fetchone() == (1,))
    except DatabaseError:
        return False
    finally:
        close_old_connections()


async def _redis_refuses(state: GatewayState) -> str:
    """Return why Redis does not take a write, as it must for workers to serve; nothing when it does."""
    try:
        await state.lane.ask_redis("SET", PROBE_KEY, 1, "PX", PROBE_MS)
    except RedisLinkError as error:
        return f"Redis takes no writes: {error}"
    return ""
