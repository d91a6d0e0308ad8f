"""Cores, instructions, load."""

import pytest

from appliance.checks.check import Status
from appliance.checks.processor import MACHINES, flags_of, judge_cores, judge_flags, judge_load

EVERY_FLAG = frozenset(flag for flags in MACHINES["x86_64"].values() for flag in flags)


@pytest.mark.parametrize(("count", "status"), [(1, Status.WARNING), (2, Status.PASSED), (64, Status.PASSED)])
def test_one_core_is_a_warning(count, status):
    assert judge_cores(count).status is status


def test_flags_are_those_that_every_core_has():
    assert flags_of("flags\t\t: avx sse4_2\nmodel: x\n\nflags\t\t: sse4_2\n") == {"sse4_2"}


def test_no_flags_in_an_empty_file():
    assert flags_of("") == frozenset()


def test_all_instructions_pass():
    check = judge_flags("x86_64", EVERY_FLAG)
    assert (check.status, check.hint) == (Status.PASSED, "")


@pytest.mark.parametrize(("flag", "wheel"), [("sse4_2", "numpy"), ("avx2", "polars")])
def test_a_missing_instruction_names_the_wheel_that_needs_it(flag, wheel):
    check = judge_flags("x86_64", EVERY_FLAG - {flag})
    assert check.status is Status.FAILED
    assert f"lacks {flag} ({wheel})" in check.measured


def test_a_machine_without_wheels_fails():
    assert judge_flags("riscv64", frozenset()).status is Status.FAILED


@pytest.mark.parametrize(("load", "status"), [(2.9, Status.PASSED), (3.1, Status.WARNING)])
def test_a_busy_machine_is_a_warning(load, status):
    assert judge_load(load, cores=2).status is status
