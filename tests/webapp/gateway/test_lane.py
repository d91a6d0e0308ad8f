"""The gateway's side of the lane against a real Redis on which no worker answers: nobody waits for ever."""

import asyncio
import itertools
import json
import os
import signal
import time

import msgspec
import pytest

from tests.redis_server import running_redis, start_redis
from webapp.gateway import lane as lane_module
from webapp.gateway.answers import NOT_READY, QUEUE_FULL, TIMED_OUT
from webapp.gateway.lane import LaneClient
from webapp.gateway.link import RedisLinkError
from webapp.gateway.question import Question
from webapp.gateway.routing import Route
from worker.contract import names
from worker.contract.lane import DEADLINE_S, LaneReplies, LaneReply

ROUTE = Route(endpoint="penguins", version=1, digest="a" * 64)


def run(directory, scenario):
    """Run a scenario with a client that is connected and believes that a worker lives."""

    async def main(socket):
        lane = LaneClient(socket, socket.parent)
        task = asyncio.create_task(lane.run())
        while True:
            await asyncio.sleep(0.01)
            try:
                await lane.ask_redis("PING")
                break
            except RedisLinkError:
                continue
        lane.note_liveness(alive=True)
        try:
            return await scenario(lane)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    with running_redis(directory) as socket:
        return asyncio.run(main(socket))


def submit(lane: LaneClient, body: bytes = b"{}"):
    return lane.submit(ROUTE, Question("application/json", "r", body))


def test_without_a_worker_the_answer_comes_at_once(tmp_path):
    async def scenario(lane):
        lane.note_liveness(alive=False)
        lane.note_liveness(alive=False)
        return submit(lane).result()

    assert run(tmp_path, scenario) is NOT_READY


def test_one_missing_sign_of_life_is_no_death(tmp_path):
    async def scenario(lane):
        lane.note_liveness(alive=False)
        return lane.workers_alive

    assert run(tmp_path, scenario) is True


def test_past_the_bound_the_answer_is_queue_full_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr(lane_module, "PENDING_MAX", 3)

    async def scenario(lane):
        waiting = [submit(lane) for _ in range(3)]
        return submit(lane).result(), [answer.done() for answer in waiting]

    assert run(tmp_path, scenario) == (QUEUE_FULL, [False, False, False])


def test_the_bound_counts_bytes_too(tmp_path, monkeypatch):
    monkeypatch.setattr(lane_module, "PENDING_BYTES_MAX", 1000)

    async def scenario(lane):
        submit(lane, b"x" * 900)
        return submit(lane, b"x" * 200).result()

    assert run(tmp_path, scenario) is QUEUE_FULL


def test_a_request_that_nobody_answers_ends_at_its_deadline(tmp_path, monkeypatch):
    monkeypatch.setattr(lane_module, "DEADLINE_S", 0.2)

    async def scenario(lane):
        started_s = time.monotonic()
        answer = await submit(lane)
        return answer, time.monotonic() - started_s

    answer, waited_s = run(tmp_path, scenario)
    assert answer is TIMED_OUT
    assert 0.2 <= waited_s < 2


def test_a_deadline_that_saw_a_death_asks_to_come_again(tmp_path, monkeypatch):
    monkeypatch.setattr(lane_module, "DEADLINE_S", 0.2)

    async def scenario(lane):
        answer = submit(lane)
        lane.note_liveness(alive=False)
        lane.note_liveness(alive=False)
        return await answer

    assert run(tmp_path, scenario) is NOT_READY


def test_requests_of_one_turn_are_one_entry_of_the_stream(tmp_path):
    async def scenario(lane):
        for _ in range(5):
            submit(lane)
        await asyncio.sleep(0)
        return await lane.ask_redis("XLEN", names.LANE)

    assert run(tmp_path, scenario) == 1


def test_the_body_of_an_error_has_the_one_shape():
    assert set(json.loads(NOT_READY.body)) == {"error", "code", "hint", "rows"}


def test_a_client_without_redis_answers_at_once(tmp_path):
    async def scenario():
        lane = LaneClient(tmp_path / "nowhere.sock", tmp_path)
        with pytest.raises(RedisLinkError):
            await lane.ask_redis("PING")
        return submit(lane).result()

    assert asyncio.run(scenario()) is NOT_READY


def test_a_redis_that_closes_every_connection_at_first_is_found_when_it_is_there(tmp_path):
    socket = tmp_path / "redis.sock"

    async def scenario():
        refusing = await asyncio.start_unix_server(lambda _, writer: writer.close(), str(socket))
        lane = LaneClient(socket, socket.parent)
        task = asyncio.create_task(lane.run())
        await asyncio.sleep(0.3)
        refusing.close()
        socket.unlink(missing_ok=True)
        redis = await asyncio.to_thread(start_redis, tmp_path)
        try:
            return await first_answer(lane)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            redis.terminate()
            redis.wait(timeout=10)

    assert asyncio.run(scenario()) == b"PONG"


async def first_answer(lane: LaneClient):
    for attempt in itertools.count():
        try:
            return await lane.ask_redis("PING")
        except RedisLinkError:
            assert attempt < 100, "The client never connected again"
            await asyncio.sleep(0.05)
    raise AssertionError


def test_a_redis_that_hangs_is_an_error_and_not_a_wait(tmp_path, monkeypatch):
    monkeypatch.setattr(lane_module, "ASK_TIMEOUT_S", 0.2)

    async def scenario(lane):
        redis_pid = int((await lane.ask_redis("INFO", "server")).split(b"process_id:")[1].split()[0])
        os.kill(redis_pid, signal.SIGSTOP)
        try:
            with pytest.raises(RedisLinkError):
                await asyncio.wait_for(lane.ask_redis("PING"), 10)
        finally:
            os.kill(redis_pid, signal.SIGCONT)
        return await lane.ask_redis("ECHO", "right")

    assert run(tmp_path, scenario) == b"right"


def test_sending_on_a_lost_connection_loses_the_command_and_nothing_else(tmp_path):
    async def scenario(lane):
        lane._link.close()
        await asyncio.sleep(0)
        lane._link.send("PING")
        return True

    assert run(tmp_path, scenario)


def test_what_redis_refuses_is_answered_at_once(tmp_path):
    async def scenario(lane):
        await lane.ask_redis("CONFIG", "SET", "maxmemory", 1)
        started_s = time.monotonic()
        answer = await submit(lane)
        return answer, time.monotonic() - started_s

    answer, waited_s = run(tmp_path, scenario)
    assert answer is NOT_READY
    assert waited_s < DEADLINE_S / 2


def test_answers_are_handed_out_when_what_waits_behind_them_finds_redis_gone(tmp_path):
    async def scenario(lane):
        first = submit(lane)
        await asyncio.sleep(0)
        behind = submit(lane)
        transport = lane._link._transport
        lane._link.connection_lost(None)  # and `run` has not come to hear of it
        transport.close()
        lane._take(msgspec.msgpack.encode(LaneReplies((LaneReply(1, 200, "", b""),))))
        return first.done(), behind.done()

    assert run(tmp_path, scenario) == (True, False)
