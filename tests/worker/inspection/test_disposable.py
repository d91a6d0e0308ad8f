"""The disposable process ends when its time is over."""

import os
import threading
from collections.abc import Callable

import msgspec
import pytest

from tests.running_box import eventually
from tests.worker.inspection.publishing import LIMITS, request
from worker.contract.inspection import Publication
from worker.inspection import disposable
from worker.inspection.apart import Job


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_it_is_ended_on_a_time_out(tmp_path):
    job = tmp_path / "job"
    job.write_bytes(msgspec.json.encode(Job(request=request(Publication(output_name="hang")), inbox="")))
    limits = msgspec.structs.replace(LIMITS, timeout_s=5.0)
    ending = disposable.run("tests.worker.inspection.misbehaving", job, tmp_path / "working", limits)
    assert ending.timed_out
    assert ending.outcome is None
    assert not lives(int((tmp_path / "working" / "pid").read_text()))


def hurried(tmp_path, is_awaited: Callable[[], bool], timeout_s: float) -> disposable.Ending:
    job = tmp_path / "job"
    job.write_bytes(msgspec.json.encode(Job(request=request(Publication(output_name="wait_for_hurry")), inbox="")))
    limits = msgspec.structs.replace(LIMITS, timeout_s=timeout_s, is_patient=True)
    return disposable.run("tests.worker.inspection.misbehaving", job, tmp_path / "working", limits, is_awaited)


def test_one_that_is_patient_rests_no_more_once_somebody_waits_behind_it(tmp_path):
    began = []

    def is_awaited() -> bool:
        began.append(tmp_path)
        return len(began) > 2

    assert b"hurries" in (hurried(tmp_path, is_awaited, timeout_s=60.0).outcome or b"")


def test_one_that_is_patient_rests_no_more_when_half_of_its_time_is_over(tmp_path):
    ending = hurried(tmp_path, lambda: False, timeout_s=16.0)
    assert not ending.timed_out
    assert b"hurries" in (ending.outcome or b"")


@pytest.mark.parametrize(("is_patient", "policy"), [(True, os.SCHED_IDLE), (False, os.SCHED_OTHER)])
def test_one_that_is_patient_takes_only_what_nobody_else_wants(tmp_path, is_patient, policy):
    job = tmp_path / "job"
    job.write_bytes(msgspec.json.encode(Job(request=request(Publication(output_name="hang")), inbox="")))
    limits = msgspec.structs.replace(LIMITS, timeout_s=8.0, is_patient=is_patient)
    found: list[int] = []

    def look() -> None:
        pid = tmp_path / "working" / "pid"
        assert eventually(lambda: pid.exists() and bool(pid.read_text()))
        found.append(os.sched_getscheduler(int(pid.read_text())))
        os.kill(int(pid.read_text()), 9)

    looking = threading.Thread(target=look)
    looking.start()
    disposable.run("tests.worker.inspection.misbehaving", job, tmp_path / "working", limits)
    looking.join()
    assert found == [policy]
