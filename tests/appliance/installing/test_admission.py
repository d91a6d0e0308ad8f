"""What stands in the way of an installation, on a new machine and on one that is the box already."""

from dataclasses import replace

import pytest

from appliance.checks.check import Check, Status
from appliance.checks.words import NOTHING, Words
from appliance.errors import ApplianceError
from appliance.installing.admission import lines, obstacles, require_none


def check(name, status=Status.FAILED):
    words = Words("{name}", name=name)
    return Check(id=name, title=words, measured=Words("too little"), needed=Words("more"), status=status, hint=words)


GOOD = replace(check("cores", Status.PASSED), hint=NOTHING)
FULL, PORT, SYSTEMD, NAME = check("disk_free"), check("port_80"), check("systemd"), check("name", Status.WARNING)


def test_on_a_new_machine_all_that_failed_stands_in_the_way():
    assert obstacles([FULL, NAME, PORT], is_here=False) == (FULL, PORT)


def test_on_an_installed_box_only_that_stands_in_the_way_without_which_nothing_runs():
    assert obstacles([FULL, check("room"), check("debian"), NAME, PORT, SYSTEMD], is_here=True) == (PORT, SYSTEMD)


def test_what_stands_in_nobodys_way_is_told_as_a_warning():
    told = list(lines([FULL, NAME, PORT, GOOD, check("clock", Status.SKIPPED)], [PORT]))
    assert [line.split(":")[0] for line in told] == ["  warning", "  warning", "  failed", "  skipped"]
    assert told[0] == "  warning: disk_free: too little (needed: more); disk_free"


def test_a_machine_with_an_obstacle_is_refused_unless_somebody_says_why():
    with pytest.raises(ApplianceError, match="cannot be the box: disk_free: too little") as refused:
        require_none([FULL], "")
    assert refused.value.hint.endswith("or install all the same with --force REASON, which is recorded")
    require_none([FULL], "a trial")
    require_none([], "")


@pytest.mark.parametrize("which", [PORT, SYSTEMD])
def test_without_systemd_or_its_ports_no_reason_is_good_enough(which):
    with pytest.raises(ApplianceError) as refused:
        require_none([FULL, which], "a trial")
    assert "--force" not in refused.value.hint
