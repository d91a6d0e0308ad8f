"""The lane's loop on a real Redis: what is known is said before the rest is computed."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
import redis

from tests.redis_server import running_redis
from tests.worker.models import trained
from tests.worker.models.stores import body_of, write_version
from worker.contract import names
from worker.contract.lane import FRAME, LaneBatch, LaneReplies, LaneRequest
from worker.contract.manifest import Engine
from worker.lane.door import split
from worker.lane.reading import BLOCK_MS, ENTRIES_MAX, LaneReader
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


def framed(message: bytes) -> bytes:
    return FRAME.pack(len(message)) + message


def answers_at(connection: socket.socket) -> Iterator[int]:
    """Yield the numbers of the requests that are answered at the door."""
    received = b""
    while True:
        data = connection.recv(1 << 16)
        assert data, "The worker closed its door"
        messages, received = split(received + data)
        for message in messages:
            yield from (reply.number for reply in msgspec.msgpack.decode(message, type=LaneReplies).replies)


@contextmanager
def at_the_door(directory: Path, reader: LaneReader, client: "redis.Redis") -> Iterator[socket.socket]:
    """Come in as the gateway that `batch` names."""
    while client.get(names.LANE_PRIMARY) is None:
        time.sleep(0.01)
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(PATIENCE_S)
        connection.connect(str(directory / names.door(reader._consumer)))
        yield connection


def test_what_is_on_the_lane_is_answered_whatever_comes_in_at_the_door_without_a_knock(tmp_path, cache):
    with running_redis(tmp_path) as path, redis.Redis(unix_socket_path=str(path)) as client:
        reader = LaneReader(path, path.parent, cache)
        reader.start()
        try:
            with at_the_door(path.parent, reader, client) as connection:
                numbers = answers_at(connection)
                last = None
                for number in range(10_000):
                    connection.sendall(framed(batch(number, QUICK)))
                    last = next(numbers)
                    if number == 10:
                        client.xadd(names.LANE, {names.LANE_FIELD: batch(-1, QUICK)})
                    if last == -1:
                        break
                assert last == -1
        finally:
            reader.stop()


@pytest.mark.alone
def test_one_knock_is_enough_for_more_than_is_taken_at_once(tmp_path, cache):
    with running_redis(tmp_path) as path, redis.Redis(unix_socket_path=str(path)) as client:
        reader = LaneReader(path, path.parent, cache)
        reader.start()
        try:
            with at_the_door(path.parent, reader, client) as connection:
                numbers = answers_at(connection)
                connection.sendall(framed(batch(0, QUICK)))
                assert next(numbers) == 0
                reader._housekeeping_due_s = float("inf")
                reader._lane_may_hold = False
                many = ENTRIES_MAX * 10
                with client.pipeline() as pipeline:
                    for number in range(1, many + 1):
                        pipeline.xadd(names.LANE, {names.LANE_FIELD: batch(number, QUICK)})
                    pipeline.execute()
                started_s = time.monotonic()
                connection.sendall(framed(b""))
                assert [next(numbers) for _ in range(many)] == list(range(1, many + 1))
                assert time.monotonic() - started_s < many / ENTRIES_MAX * BLOCK_MS / 1000 / 2
        finally:
            reader.stop()


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
        reader = LaneReader(socket, socket.parent, cache)
        reader.start()
        try:
            assert next_numbers(subscription) == [0]
            go_on.set()
            assert next_numbers(subscription) == [1]
        finally:
            go_on.set()
            reader.stop()
            subscription.close()
