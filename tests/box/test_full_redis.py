"""A Redis that takes no writes, for its disk or its memory is full: callers are told, and the box and jobs come back.

Both mount or set what only root may; a whole box of its own is filled.
"""

import time
from collections.abc import Callable, Iterator

import httpx
import psutil
import pytest
import redis

from tests.box.callers import biopsy_rows
from tests.box.job_program import JobProgram, answers_in, biopsies, csv_of
from tests.running_box import RunningBox, eventually
from tests.small_disk import fill, small_disk

pytestmark = pytest.mark.box

PATH = "/api/v1/endpoints/biopsy/predict"
DISK_BYTES = 420 << 20
QUICKLY_S = 2.0
"""Far from the deadline of ten seconds."""

JOB_ROWS = 60_000
FULL_S = 5.0
"""Long enough for each step of the job to meet the full disk."""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBox]:
    """A box with a small disk of its own."""
    with (
        small_disk(tmp_path_factory.mktemp("small"), DISK_BYTES) as disk,
        RunningBox(disk / "data", "--force", "a small disk, for the test") as running,
    ):
        running.wait_until_ready()
        yield running


def full_disk(box: RunningBox) -> Callable[[], object]:
    return fill(box.data_dir).unlink


def full_memory(box: RunningBox) -> Callable[[], object]:
    client = redis.Redis(unix_socket_path=str(box.data.redis_socket))
    former = str(client.config_get("maxmemory")["maxmemory"])
    client.config_set("maxmemory", "1mb")

    def free() -> None:
        client.config_set("maxmemory", former)
        client.close()

    return free


def problem(client: httpx.Client) -> str:
    """Return what `/readyz` says is wrong with Redis; nothing when it says that Redis serves."""
    ready = client.get("/readyz")
    told = ready.json()
    assert (ready.status_code == 200) == told["ready"]
    assert told["checks"]["redis"] == ("problems" not in told)
    return next(iter(told.get("problems", [])), "")


def web_processes(box: RunningBox) -> set[int]:
    return {each.pid for each in psutil.Process(box.pid_of("web")).children()}


@pytest.mark.parametrize("run_full", [full_disk, full_memory])
def test_callers_are_told_and_the_box_comes_back_by_itself(small, run_full):
    headers = {"Authorization": f"Bearer {small.key()}"}
    with httpx.Client(base_url=small.url, headers=headers, timeout=30) as client:

        def ask() -> httpx.Response:
            return client.post(PATH, json={"rows": biopsy_rows()[:1]})

        assert eventually(lambda: ask().status_code == 200, 60)
        before, make_room = web_processes(small), run_full(small)
        try:
            # What was taken before Redis noticed is still answered.
            first = next(answer for answer in iter(ask, None) if answer.status_code != 200)
            assert (first.status_code, first.json()["code"]) == (503, "model_not_ready")
            assert first.elapsed.total_seconds() < QUICKLY_S
            later = ask()
            assert (later.status_code, later.headers["Retry-After"]) == (503, "1")
            assert later.elapsed.total_seconds() < QUICKLY_S
            # Redis tries again every second, and takes a write or two wherever a last block of the disk is left.
            assert eventually(lambda: "Redis takes no writes" in problem(client))
        finally:
            make_room()
        assert eventually(lambda: ask().status_code == 200, 60)
        assert eventually(lambda: client.get("/readyz").status_code == 200)
        assert web_processes(small) == before


def test_what_is_counted_is_written_to_no_disk_that_may_run_full(small):
    """The files are mapped: on a full disk the kernel would end whoever counts something new."""
    with httpx.Client(base_url=small.url, headers={"Authorization": f"Bearer {small.key()}"}, timeout=30) as client:
        client.post(PATH, json={"rows": biopsy_rows()[:1]})
    assert eventually(lambda: any(small.data.metrics.glob("*.db")))
    assert small.data.metrics.stat().st_dev != small.data_dir.stat().st_dev


def test_a_job_during_which_the_disk_runs_full_loses_no_row(small):
    with JobProgram(small) as program:
        job_id = program.begun(csv_of(biopsies(JOB_ROWS)), "rows.csv")
        make_room = full_disk(small)
        time.sleep(FULL_S)
        make_room()
        told = program.ended(job_id)
        if told["status"] == "failed":
            assert "The disk of the box is full." in told["reason"]
            assert program.client.post(f"/api/v1/jobs/{job_id}/retry").status_code == 202
        assert answers_in(program.result(job_id))["number"].to_list() == list(range(JOB_ROWS))
