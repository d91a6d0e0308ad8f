"""Memory and its tolerance."""

import pytest

from appliance.checks.check import Status
from appliance.checks.memory import GIB, cgroup_limit_bytes, judge_memory


@pytest.mark.parametrize(
    ("gib", "status"),
    [(0.93, Status.FAILED), (0.95, Status.WARNING), (1.87, Status.WARNING), (1.89, Status.PASSED), (24, Status.PASSED)],
)
def test_memory_is_judged_with_six_percent_tolerance(gib, status):
    assert judge_memory(gib * GIB).status is status


@pytest.mark.parametrize(("text", "limit"), [("max\n", float("inf")), ("1073741824\n", GIB)])
def test_the_limit_of_the_control_group_is_read(tmp_path, text, limit):
    (tmp_path / "memory.max").write_text(text)
    assert cgroup_limit_bytes(tmp_path / "memory.max") == limit


def test_no_control_group_means_no_limit(tmp_path):
    assert cgroup_limit_bytes(tmp_path / "absent") == float("inf")
