"""What is wrong with a certificate."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from appliance.care.certificate import judge_end, judge_names
from appliance.checks.check import Status
from appliance.tls.directory import Mode
from appliance.tls.names import Names, names_of
from appliance.tls.status import TlsStatus

DAY = timedelta(days=1)
NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)


def held(days: float, mode: Mode = Mode.OWN) -> TlsStatus:
    end = NOW + timedelta(days=days)
    return TlsStatus(
        mode=mode,
        names=names_of(["box.example"]),
        issuer="somebody",
        not_before=NOW - timedelta(days=1),
        not_after=end,
        days_left=(end - NOW).days,
        leaf_sha256="",
        authority_sha256=None,
        is_expired=end <= NOW,
        is_request_open=False,
        warnings=(),
    )


@pytest.mark.parametrize(
    ("days", "status"),
    [(89, Status.PASSED), (30, Status.PASSED), (29, Status.WARNING), (7, Status.WARNING), (6, Status.FAILED)],
)
def test_an_end_comes_nearer(days, status):
    assert judge_end(held(days), NOW).status is status


@pytest.mark.parametrize(
    ("life_h", "left_h", "status"),
    [
        *((24, 8, Status.PASSED), (24, 5.9, Status.WARNING), (24, 2, Status.FAILED)),
        *((2160, 541, Status.PASSED), (2160, 539, Status.WARNING), (2160, 167, Status.FAILED)),
        *((8760, 721, Status.PASSED), (8760, 719, Status.WARNING), (8760, 167, Status.FAILED)),
    ],
)
def test_what_is_renewed_by_acme_is_judged_by_its_own_life(life_h, left_h, status):
    end = NOW + timedelta(hours=left_h)
    begin = end - timedelta(hours=life_h)
    check = judge_end(replace(held(80, Mode.ACME), not_before=begin, not_after=end), NOW)
    assert check.status is status
    assert (not check.hint) is (status is Status.PASSED)


def test_a_short_life_is_told_in_hours():
    end = NOW + timedelta(hours=5, minutes=30)
    check = judge_end(replace(held(80, Mode.ACME), not_before=end - DAY, not_after=end), NOW)
    assert (check.measured, check.needed) == ("ends on 2026-11-26, 5 hours from now", "good for 6 more hours")
    assert check.hint == "sudo bastide tls renew, which tells what stands in the way"


@pytest.mark.parametrize(
    ("mode", "typed"),
    [
        *((Mode.OWN, "tls renew"), (Mode.COMPANY, "tls request"), (Mode.FILES, "tls import")),
        (Mode.ACME, "tls renew"),
    ],
)
def test_a_certificate_that_ended_is_told_with_what_to_type(mode, typed):
    check = judge_end(held(-1, mode), NOW)
    assert (check.status, check.measured) == (Status.FAILED, "ended on 2026-11-25: browsers refuse it")
    assert f"sudo bastide {typed}" in check.hint


def test_a_certificate_that_did_not_begin_is_a_matter_of_the_clock():
    check = judge_end(replace(held(89), not_before=NOW + timedelta(hours=1)), NOW)
    assert check.status is Status.FAILED
    assert "timedatectl" in check.hint


@pytest.mark.parametrize(
    ("held_names", "typed"),
    [
        (("box.example", "10.0.0.5"), ("box.example",)),
        (("box.example", "10.0.0.5"), ("10.0.0.5", "BOX.example")),
    ],
)
def test_names_that_the_certificate_has_pass(held_names, typed):
    assert judge_names(names_of(held_names), typed, Mode.FILES).status is Status.PASSED


def test_a_name_that_the_box_certified_and_does_not_answer_by_is_told():
    check = judge_names(names_of(["box.example", "new.example"]), ("box.example",))
    assert (check.status, check.measured) == (
        Status.WARNING,
        "also for new.example, by which the box does not answer",
    )
    assert check.hint.endswith(": sudo bastide install --name box.example --name new.example")


def test_a_wildcard_covers_one_label():
    held_names = Names(dns=("*.corp.example",))
    assert judge_names(held_names, ("models.corp.example",), Mode.FILES).status is Status.PASSED
    assert judge_names(held_names, ("a.models.corp.example",), Mode.FILES).status is Status.FAILED


@pytest.mark.parametrize(
    ("mode", "hint"),
    [
        (Mode.OWN, "sudo bastide install --name box.example --name models.example"),
        (Mode.ACME, "sudo bastide tls renew --name box.example --name models.example"),
        (Mode.COMPANY, "sudo bastide tls request --name box.example --name models.example > box.csr, have it signed"),
        (Mode.FILES, "get another one"),
    ],
)
def test_a_missing_name_is_told_with_what_to_type(mode, hint):
    check = judge_names(names_of(["box.example"]), ("box.example", "models.example"), mode)
    assert (check.status, check.measured) == (Status.FAILED, "not for models.example")
    assert check.hint.startswith(hint)


@pytest.mark.parametrize("typed", [(), ("no name",)])
def test_settings_without_a_name_that_can_be_are_told(typed):
    assert judge_names(names_of(["box.example"]), typed).status is Status.FAILED
