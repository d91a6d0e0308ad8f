"""The disposable process ends when its time is over."""

import os

import msgspec

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
    limits = msgspec.structs.replace(LIMITS, timeout_s=2.0)
    ending = disposable.run("tests.worker.inspection.misbehaving", job, tmp_path / "working", limits)
    assert ending.timed_out
    assert ending.outcome is None
    assert not lives(int((tmp_path / "working" / "pid").read_text()))
