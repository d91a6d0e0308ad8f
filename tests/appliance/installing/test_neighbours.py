"""Who else is on the machine."""

import os
from pathlib import Path

from appliance.checks.check import Status
from appliance.checks.words import Words
from appliance.installing.fitness import judge_front_port, may_be_forced
from appliance.installing.neighbours import judge_installed, judge_web_servers, unit_of


def test_a_web_server_that_starts_at_boot_is_named_with_what_to_type():
    check = judge_web_servers(["apache2", "nginx"])
    assert (check.status, check.measured) == (Status.WARNING, "apache2, nginx will start at boot")
    assert "systemctl disable --now apache2 nginx" in check.hint


def test_without_other_web_servers_all_is_well():
    assert judge_web_servers([]).status is Status.PASSED


def test_the_owner_of_a_port_is_named_by_its_unit():
    check = judge_front_port(80, Words("used by nginx (process 7)"), Status.FAILED, "nginx.service")
    assert "sudo systemctl disable --now nginx.service" in check.hint
    by_hand = judge_front_port(80, Words("used by nginx (process 7)"), Status.FAILED, "session-2.scope")
    assert "systemctl" not in by_hand.hint


def test_the_unit_of_a_process_is_what_systemd_says():
    groups = Path(f"/proc/{os.getpid()}/cgroup").read_text()
    unit = unit_of(os.getpid())
    assert unit in groups
    assert unit_of(2**31 - 1) == ""


def test_another_release_is_upgraded_to_and_not_installed_over():
    check = judge_installed("1.1-b", "1.0-a")
    assert check.status is Status.FAILED
    assert "sudo ./bastide upgrade" in check.hint
    assert may_be_forced([check])


def test_the_same_release_may_be_installed_again():
    assert judge_installed("1.1-b", "1.1-b").status is Status.PASSED
    assert judge_installed("1.1-b", "").status is Status.PASSED
