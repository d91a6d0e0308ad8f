"""Jobs while the processes that do them are killed one after another: no byte of any result is another for that.

The box is these tests' own: whatever asks others of the session would suffer.
"""

import hashlib
import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

import psutil
import pytest
import redis

from tests.box.job_program import ENDED, JobProgram, biopsies, csv_of
from tests.running_box import RunningBox, eventually

pytestmark = pytest.mark.box

SEED: Final = 20251117
ROWS: Final = 200_000
VICTIMS: Final = ("batch-1", "control", "redis", "batch-2", "wiped redis", "web", "inference-1", "batch-1", "jobs")
VICTIMS_MORE: Final = ("control", "batch-2", "wiped redis", "stopped redis", "web", "batch-1", "control", "batch-2")
KILLS: Final = (*VICTIMS, *VICTIMS_MORE, "wiped redis", "batch-1", "redis")
PAUSE_S: Final = (0.5, 2.0)
END_S: Final = 240.0


@pytest.fixture(scope="module")
def content() -> bytes:
    return csv_of(biopsies(ROWS))


@pytest.fixture(scope="module")
def mortal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBox]:
    """A box whose processes may be killed."""
    with RunningBox(tmp_path_factory.mktemp("mortal"), "--web-processes", "2") as running:
        running.wait_until_ready()
        yield running


def kill(box: RunningBox, victim: str) -> None:
    """Kill a process at once; or wipe what Redis holds, or stop it as a restart of the machine does."""
    if victim == "wiped redis":
        with redis.Redis(unix_socket_path=str(box.data.redis_socket)) as client, suppress(redis.RedisError):
            client.flushall()
        return
    name = victim.removeprefix("stopped ")
    pid = box.pid_of(name)
    if name == "web":
        pid = next((child.pid for child in psutil.Process(pid).children()), 0)
    if pid:  # else it is dead of the last time
        os.kill(pid, signal.SIGTERM if victim.startswith("stopped") else signal.SIGKILL)


def sent_patiently(program: JobProgram, content: bytes) -> str:
    """Hand in the file; again while a web process was killed under it."""
    for _ in range(20):
        with suppress(Exception):
            return program.begun(content, "rows.csv")
        time.sleep(0.5)
    return program.begun(content, "rows.csv")


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_twenty_deaths_change_no_byte_of_any_result(mortal, content):
    chance = random.Random(SEED)
    left = list(KILLS)
    assert len(left) >= 20
    with JobProgram(mortal) as program:
        undisturbed = digest(program.result(program.begun(content, "rows.csv")))
        while left:
            job_id = sent_patiently(program, content)
            while left and program.told(job_id)["status"] not in ENDED:
                kill(mortal, left.pop(0))
                time.sleep(chance.uniform(*PAUSE_S))
            told = program.ended(job_id, END_S)
            assert (told["status"], told["rows_failed"]) == ("succeeded", 0), told["reason"]
            assert digest(program.result(job_id)) == undisturbed
    assert eventually(lambda: all(mortal.pid_of(name) for name in ("batch-1", "batch-2", "control", "redis", "web")))
