"""What callers get while processes of the box are killed under load."""

import asyncio
import os
import signal
import time

import httpx
import psutil
import pytest

from tests.box.callers import DEADLINE_S, Got, ask_for, biopsy_rows, malignancy

pytestmark = pytest.mark.box


@pytest.fixture(scope="module")
def expected(box):
    """What the box answers for each row when nothing is killed."""
    headers = {"Authorization": f"Bearer {box.key()}"}
    body = {"rows": biopsy_rows()}
    answer = httpx.post(f"{box.url}/api/v1/endpoints/biopsy/predict", json=body, headers=headers, timeout=30)
    return [prediction["probabilities"]["malignant"] for prediction in answer.json()["predictions"]]


def load_while(box, disturb, seconds: float = 6.0) -> list[Got]:
    """Run 64 callers for some seconds; after a second, `disturb` happens beside them."""

    async def main() -> list[Got]:
        load = asyncio.create_task(ask_for(box.url, box.key(), seconds))
        await asyncio.sleep(1)
        await asyncio.to_thread(disturb)
        return await load

    return asyncio.run(main())


def assert_nobody_was_harmed(answers: list[Got], expected: list[float]) -> None:
    assert {got.status for got in answers} <= {200, 503}
    assert all(got.retry_after for got in answers if got.status == 503)
    assert max(got.waited_s for got in answers) < DEADLINE_S + 1
    for got in answers:
        if got.status == 200:
            assert malignancy(got) == pytest.approx(expected[got.row], abs=1e-6)


def test_a_killed_inference_worker_harms_nobody(box, expected):
    answers = load_while(box, lambda: os.kill(box.pid_of("inference-1"), signal.SIGKILL))
    assert_nobody_was_harmed(answers, expected)
    assert sum(got.status == 200 for got in answers) > len(answers) * 0.9


def test_all_inference_workers_killed_harms_nobody_and_they_come_back(box, expected):
    def kill_both() -> None:
        for name in ("inference-1", "inference-2"):
            os.kill(box.pid_of(name), signal.SIGKILL)

    answers = load_while(box, kill_both, seconds=12)
    assert_nobody_was_harmed(answers, expected)
    assert answers[-1].status == 200


def test_the_box_recovers_within_five_seconds_of_a_redis_restart(box, expected):
    killed_at_s = 0.0

    def restart_redis() -> None:
        nonlocal killed_at_s
        web = box.pid_of("web"), box.pid_of("inference-1"), box.pid_of("inference-2")
        killed_at_s = time.monotonic()
        os.kill(box.pid_of("redis"), signal.SIGTERM)
        time.sleep(6)
        assert web == (box.pid_of("web"), box.pid_of("inference-1"), box.pid_of("inference-2"))

    answers = load_while(box, restart_redis, seconds=9)
    assert_nobody_was_harmed(answers, expected)
    late = [got for got in answers if got.at_s > killed_at_s + 5]
    assert late
    assert {got.status for got in late} == {200}


def test_a_killed_web_process_is_replaced_and_nobody_gets_a_wrong_answer(box, expected):
    def kill_one_web_process() -> None:
        os.kill(psutil.Process(box.pid_of("web")).children()[0].pid, signal.SIGKILL)

    answers = load_while(box, kill_one_web_process)
    right = [got for got in answers if got.status == 200]
    assert_nobody_was_harmed(right, expected)
    assert {got.status for got in answers} <= {0, 200, 503}  # 0: the connection broke with its process
    assert answers[-1].status == 200
