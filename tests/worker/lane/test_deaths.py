"""Requests that kill: real workers, a real Redis, the gateway's own side of the lane."""

import asyncio
import json
import os
import signal
import subprocess

import pytest

from tests.redis_server import running_redis, start_redis
from tests.worker.lane.lethal_worker import ENDLESS, LETHAL, LOCKED
from tests.worker.lane.running_workers import RunningWorkers
from tests.worker.models import trained
from tests.worker.models.stores import body_of, write_version
from webapp.gateway.answers import Answer
from webapp.gateway.lane import LaneClient
from webapp.gateway.link import RedisLinkError
from webapp.gateway.question import Question
from webapp.gateway.routing import Route
from worker.contract import names
from worker.contract.lane import DEADLINE_S
from worker.contract.manifest import Engine

pytestmark = pytest.mark.box

DIGEST = "a" * 64
ROUTE = Route(endpoint="biopsy", version=1, digest=DIGEST)
BIOPSIES = trained.logistic()
RUNNING: set["asyncio.Task[None]"] = set()
"""Keeps the clients' tasks from being collected."""


@pytest.fixture
def directory(tmp_path):
    write_version(tmp_path / "models" / DIGEST, BIOPSIES, Engine.ONNX)
    return tmp_path


async def connected(socket) -> LaneClient:
    """Return a client that has seen a worker live."""
    lane = LaneClient(socket, socket.parent)
    RUNNING.add(asyncio.create_task(lane.run()))
    for _ in range(400):
        await asyncio.sleep(0.05)
        try:
            alive = await lane.ask_redis("GET", names.ALIVE)
        except RedisLinkError:
            continue  # not connected yet
        lane.note_liveness(alive=alive is not None)
        if alive:
            return lane
    msg = "No worker came to life"
    raise AssertionError(msg)


async def ask(lane: LaneClient, body: bytes) -> Answer:
    return await lane.submit(ROUTE, Question("application/json", "r", body))


async def enter(lane: LaneClient) -> None:
    """Go in at the door of the primary worker, and let the version show that it is quick."""
    for _ in range(400):
        lane.primary.follow((await lane.ask_redis("GET", names.LANE_PRIMARY) or b"").decode())
        if (await ask(lane, body_of(BIOPSIES, 0, 1))).status == 200 and lane.primary.is_entered:
            return
        await asyncio.sleep(0.05)
    msg = "The primary worker was not entered"
    raise AssertionError(msg)


def lethal_body(value: float = LETHAL) -> bytes:
    row = dict(zip(BIOPSIES.signature.names, BIOPSIES.rows[0], strict=True))
    return json.dumps({"rows": [row | {"mean radius": value}]}).encode()


def predicted(answer: Answer) -> float:
    return float(json.loads(answer.body)["predictions"][0]["probabilities"]["malignant"])


@pytest.mark.parametrize("at_the_door", [True, False])
def test_a_request_that_kills_gets_an_error_and_its_neighbours_their_answers(directory, at_the_door):
    async def scenario(socket) -> list[Answer]:
        lane = await connected(socket)
        if at_the_door:
            await enter(lane)
        bodies = [body_of(BIOPSIES, row, row + 1) for row in range(40)]
        bodies.insert(20, lethal_body())
        return await asyncio.gather(*(ask(lane, body) for body in bodies))

    with running_redis(directory) as socket, RunningWorkers(directory, "tests.worker.lane.lethal_worker") as workers:
        answers = asyncio.run(scenario(socket))
    killer = answers.pop(20)
    assert (killer.status, json.loads(killer.body)["code"]) == (500, "model_crashed")
    assert [answer.status for answer in answers] == [200] * 40
    expected = BIOPSIES.model.predict_proba(BIOPSIES.frame.iloc[:40])[:, 1]
    assert [predicted(answer) for answer in answers] == pytest.approx(expected.tolist(), abs=1e-5)
    assert workers.deaths == 2


def test_who_asks_while_redis_restarts_is_answered_or_told_to_come_again(directory):
    async def scenario(socket) -> tuple[Answer, Answer]:
        lane = await connected(socket)
        before = await ask(lane, body_of(BIOPSIES, 0, 1))
        redis.terminate()
        redis.wait(timeout=10)
        in_between = lane.submit(ROUTE, Question("application/json", "r", body_of(BIOPSIES, 1, 2)))
        again.append(await asyncio.to_thread(start_redis, directory))
        return before, await in_between

    again: list[subprocess.Popen[bytes]] = []
    redis = start_redis(directory)
    try:
        with RunningWorkers(directory, "worker.app"):
            before, in_between = asyncio.run(asyncio.wait_for(scenario(directory / "redis.sock"), DEADLINE_S * 4))
    finally:
        for process in (redis, *again):
            process.terminate()
            process.wait(timeout=10)
    assert before.status == 200
    assert in_between.status in {200, 503}


@pytest.mark.parametrize(("value", "at_the_door"), [(ENDLESS, True), (ENDLESS, False), (LOCKED, True), (LOCKED, False)])
def test_a_request_on_which_the_model_hangs_does_not_hold_the_lane_for_ever(directory, value, at_the_door):
    async def scenario(socket) -> tuple[Answer, Answer]:
        lane = await connected(socket)
        if at_the_door:
            await enter(lane)
        watch = asyncio.create_task(keep_looking(lane))
        hung = await ask(lane, lethal_body(value))
        for _ in range(60):
            answer = await ask(lane, body_of(BIOPSIES, 0, 1))
            if answer.status == 200:
                break
            await asyncio.sleep(0.5)
        watch.cancel()
        return hung, answer

    with running_redis(directory) as socket, RunningWorkers(directory, "tests.worker.lane.lethal_worker") as workers:
        hung, answer = asyncio.run(scenario(socket))
    assert hung.status in {500, 503, 504}
    assert answer.status == 200
    assert workers.deaths >= 1


def test_what_a_frozen_worker_holds_is_answered_by_another(directory):
    async def scenario(socket) -> Answer:
        lane = await connected(socket)
        await enter(lane)
        watch = asyncio.create_task(keep_looking(lane))
        frozen = int((await lane.ask_redis("GET", names.LANE_PRIMARY)).split(b"-")[0])
        os.kill(frozen, signal.SIGSTOP)
        try:
            return await ask(lane, body_of(BIOPSIES, 0, 1))
        finally:
            os.kill(frozen, signal.SIGCONT)
            watch.cancel()

    with running_redis(directory) as socket, RunningWorkers(directory, "worker.app"):
        assert asyncio.run(scenario(socket)).status == 200


async def keep_looking(lane: LaneClient) -> None:
    """Tell the client whether workers live and who is primary, as the gateway's watch does."""
    while True:
        await asyncio.sleep(0.25)
        try:
            alive, primary = await lane.ask_redis("MGET", names.ALIVE, names.LANE_PRIMARY)
            lane.note_liveness(alive=alive is not None)
            lane.primary.follow((primary or b"").decode())
        except RedisLinkError:
            lane.note_liveness(alive=False)
