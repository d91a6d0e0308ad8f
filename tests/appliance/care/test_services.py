"""What is wrong with units, from what systemd says of them."""

import pytest

from appliance.care import services
from appliance.care.services import (
    EXPOSURE_MAX,
    Differences,
    exposure_max,
    judge_differences,
    judge_exposures,
    judge_installation,
    judge_units,
    unit_differences,
)
from appliance.checks.check import Status
from tests.appliance.care.states import unit


def test_units_that_run_are_one_finding():
    (check,) = judge_units([unit(), unit("bastide-redis.service")])
    assert (check.status, check.measured) == (Status.PASSED, "2 run")


def test_a_systemd_that_says_nothing_is_not_taken_for_units_that_run():
    (check,) = judge_units([])
    assert (check.status, check.measured) == (Status.FAILED, "systemd does not say")


def test_a_unit_that_does_not_run_has_a_finding_of_its_own():
    down = unit("bastide-inference@1.service", active_state="failed", result="oom-kill", uptime_s=None)
    (check,) = judge_units([unit(), down])
    assert (check.id, check.status) == ("unit_inference@1", Status.FAILED)
    assert check.measured == "failed, the last time: oom-kill"
    assert check.hint == (
        "sudo systemctl start bastide-inference@1.service; if it ends again, see why: sudo bastide logs inference@1"
    )


def test_a_unit_without_a_file_is_told_how_to_come_back():
    (check,) = judge_units([unit(load_state="not-found", active_state="inactive")])
    assert check.status is Status.FAILED
    assert check.hint.startswith("sudo bastide install;")


@pytest.mark.parametrize(("uptime_s", "status"), [(60.0, Status.WARNING), (3601.0, Status.PASSED)])
def test_a_unit_that_came_back_deserves_a_look_for_an_hour(uptime_s, status):
    (check,) = judge_units([unit(restarts=2, uptime_s=uptime_s)])
    assert check.status is status


def test_a_changed_file_is_named():
    check = judge_differences(Differences(changed=("bastide-web.service",)), [])
    assert (check.status, check.measured) == (Status.WARNING, "changed by hand: bastide-web.service")
    assert "sudo systemctl edit bastide-web.service" in check.hint


def test_a_file_that_was_never_placed_is_not_called_changed():
    check = judge_differences(Differences(missing=("bastide-web.service",)), [])
    assert (check.status, check.measured) == (Status.WARNING, "missing: bastide-web.service")
    both = judge_differences(Differences(changed=("bastide-web.service",), missing=("bastide.target",)), [])
    assert both.measured == "changed by hand: bastide-web.service; missing: bastide.target"


def test_files_that_differ_and_files_that_are_not_there_are_told_apart(tmp_path, monkeypatch):
    monkeypatch.setattr(services, "CURRENT", tmp_path)
    monkeypatch.setattr(services, "UNITS", tmp_path / "units")
    for place, names in (("systemd", ("a.service", "b.service", "c.timer")), ("units", ("a.service", "b.service"))):
        (tmp_path / place).mkdir()
        for name in names:
            (tmp_path / place / name).write_text("[Unit]\n")
    (tmp_path / "units/b.service").write_text("[Unit]\nDescription=mine\n")
    assert unit_differences() == Differences(changed=("b.service",), missing=("c.timer",))


def test_an_installation_that_ended_halfway_is_one_finding():
    check = judge_installation([unit("bastide.target", load_state="not-found", active_state="inactive")])
    assert check is not None
    assert (check.id, check.status) == ("installation", Status.FAILED)
    assert check.hint.startswith("sudo ./bastide install")
    assert judge_installation([unit("bastide.target"), unit("bastide-web.service", load_state="not-found")]) is None


def test_what_an_admin_added_is_told_and_no_fault():
    check = judge_differences(Differences(), ["bastide-web.service"])
    assert check.status is Status.PASSED
    assert "bastide-web.service" in check.measured


def test_a_service_that_exposes_more_is_named():
    check = judge_exposures({"bastide-redis.service": 0.2, "bastide-web.service": 0.5, "bastide-egress.service": 1.1})
    assert (check.status, check.measured) == (Status.WARNING, "bastide-web.service: 0.5")
    assert "systemd-analyze security bastide-web.service" in check.hint


def test_services_that_expose_little_pass():
    assert judge_exposures({"bastide-redis.service": 0.2, "bastide-egress.service": 1.1}).status is Status.PASSED


def test_an_exposure_that_nobody_says_is_not_known():
    assert judge_exposures({}).status is Status.SKIPPED


@pytest.mark.parametrize("unit", ["web", "backup", "certificate", "checks"])
def test_what_has_no_network_may_expose_less_than_what_has_one(unit):
    assert exposure_max(f"bastide-{unit}.service") == EXPOSURE_MAX < exposure_max("bastide-egress.service")
