"""The lane's loop on a real Redis: what is known is said before the rest is computed."""

import threading

import msgspec
import pytest
import redis

from tests.redis_server import running_redis
from tests.worker.models import trained
from tests.worker.models.stores import body_of, write_version
from worker.contract import names
from worker.contract.lane import LaneBatch, LaneReplies, LaneRequest
from worker.contract.manifest import Engine
from worker.lane.reading import LaneReader
from worker.models.cache import ModelCache

QUICK, SLOW = "a" * 64, "b" * 64
PENGUINS = trained.penguins()
PATIENCE_S = 20.0


@pytest.fixture
def cache(tmp_path):
    for digest in (QUICK, SLOW):
        write_version(tmp_path / "models" / digest, PENGUINS, Engine.ONNX)
    return ModelCache(tmp_path / "models", 10**9)


def batch(number: int, digest: str) -> bytes:
    request = LaneRequest(number, "r", "native", "application/json", float("inf"), body_of(PENGUINS, 0, 1))
    return msgspec.msgpack.encode(LaneBatch("gateway", "penguins", 1, digest, (request,)))


def next_numbers(subscription: "redis.client.PubSub") -> list[int]:
    """Return the numbers of the requests that the next message answers."""
    message = subscription.get_message(ignore_subscribe_messages=True, timeout=PATIENCE_S)
    assert message is not None, "No answer came"
    return [reply.number for reply in msgspec.msgpack.decode(message["data"], type=LaneReplies).replies]


def test_an_answer_does_not_wait_for_a_slow_model_that_was_asked_beside_it(tmp_path, cache):
    go_on = threading.Event()
    slow = cache.get(SLOW)
    predict = slow.predict
    slow.predict = lambda table: go_on.wait(PATIENCE_S * 2) and predict(table)
    with running_redis(tmp_path) as socket, redis.Redis(unix_socket_path=str(socket)) as client:
        subscription = client.pubsub()
        subscription.subscribe(names.REPLY_PREFIX + "gateway")
        subscription.get_message(timeout=PATIENCE_S)
        for number, digest in enumerate((QUICK, SLOW)):
            client.xadd(names.LANE, {names.LANE_FIELD: batch(number, digest)})
        reader = LaneReader(socket, cache)
        reader.start()
        try:
            assert next_numbers(subscription) == [0]
            go_on.set()
            assert next_numbers(subscription) == [1]
        finally:
            go_on.set()
            reader.stop()
            subscription.close()
