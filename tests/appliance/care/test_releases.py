"""Which releases may go."""

import os

from appliance.care.releases import judge_releases, newest_first
from appliance.checks.check import Status

NAMES = ("e", "d", "c", "b", "a")


def test_three_old_releases_may_stay():
    assert judge_releases("e", NAMES[:4]).status is Status.PASSED


def test_older_ones_are_named_with_what_to_type():
    check = judge_releases("d", NAMES)
    assert check.status is Status.WARNING
    assert check.hint == "sudo rm -r /opt/bastide/releases/a"


def test_the_one_that_runs_never_goes():
    assert "/a" not in judge_releases("a", (*NAMES, "f", "g")).hint


def test_a_release_that_should_run_and_is_gone_is_told():
    assert judge_releases("gone", NAMES).status is Status.FAILED


def test_releases_are_told_the_newest_first(tmp_path):
    for age, name in enumerate("abc"):
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, (1000 + age, 1000 + age))
    assert newest_first(list(tmp_path.iterdir())) == ("c", "b", "a")
