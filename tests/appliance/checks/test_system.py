"""Open files, the clock, Python."""

import pytest

from appliance.checks.check import Status
from appliance.checks.system import check_clock, judge_clock, judge_open_files, judge_python


@pytest.mark.parametrize(
    ("limit", "status"),
    [(1023, Status.FAILED), (4095, Status.WARNING), (4096, Status.PASSED), (float("inf"), Status.PASSED)],
)
def test_open_files_are_judged_by_the_hard_limit(limit, status):
    assert judge_open_files(limit).status is status


@pytest.mark.parametrize(
    ("is_synchronised", "status"), [(True, Status.PASSED), (False, Status.WARNING), (None, Status.SKIPPED)]
)
def test_a_clock_of_which_nothing_is_known_is_skipped(is_synchronised, status):
    assert judge_clock(is_synchronised).status is status


def test_the_kernel_is_asked_about_the_clock():
    assert check_clock().status in set(Status) - {Status.FAILED}


@pytest.mark.parametrize(
    ("version", "status"),
    [((3, 10), Status.FAILED), ((3, 11), Status.PASSED), ((3, 13), Status.PASSED), ((3, 14), Status.FAILED)],
)
def test_python_is_judged(version, status):
    assert judge_python(version).status is status
