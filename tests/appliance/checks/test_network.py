"""What the kernel does when connections are asked for in masses."""

import pytest

from appliance.checks.check import Status
from appliance.checks.network import SYN_COOKIES, check_syn_cookies, judge_syn_cookies


@pytest.mark.parametrize(
    ("said", "status"),
    [("0", Status.WARNING), ("1", Status.PASSED), ("2", Status.PASSED), ("", Status.SKIPPED)],
)
def test_syn_cookies_are_wanted(said, status):
    assert judge_syn_cookies(said).status is status


def test_without_them_the_line_to_type_is_told():
    check = judge_syn_cookies("0")
    assert check.measured == "off"
    assert "net.ipv4.tcp_syncookies=1" in check.hint


def test_this_kernel_is_asked():
    assert check_syn_cookies() == judge_syn_cookies(SYN_COOKIES.read_text().strip())
