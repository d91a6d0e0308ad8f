"""What the kernel does when connections are asked for in masses."""

from pathlib import Path
from typing import Final

from appliance.checks.check import Check, Status
from appliance.checks.words import NOTHING, Words
from appliance.environment import handed_over

SYN_COOKIES: Final = Path("/proc/sys/net/ipv4/tcp_syncookies")
HINT: Final = Words(
    "echo net.ipv4.tcp_syncookies=1 | sudo tee /etc/sysctl.d/60-syncookies.conf; "
    "sudo sysctl -p /etc/sysctl.d/60-syncookies.conf"
)


def check_syn_cookies() -> Check:
    """Check whether the kernel still answers where more is begun than it remembers; it holds for IPv6 as well."""
    try:
        said = handed_over(SYN_COOKIES).read_text().strip()
    except OSError:
        said = ""
    return judge_syn_cookies(said)


def judge_syn_cookies(said: str) -> Check:
    """Return the check for what the kernel says: 0 never, 1 where its queue is full, 2 always; nothing if not known."""
    measured, status = Words("off"), Status.WARNING
    if said != "0":
        measured, status = Words("on"), Status.PASSED
    if not said:
        measured, status = Words("the kernel does not say"), Status.SKIPPED
    return Check(
        id="syn_cookies",
        title=Words("SYN cookies"),
        measured=measured,
        needed=Words("on, so that connections that are only begun keep nobody out"),
        status=status,
        hint=HINT if status is Status.WARNING else NOTHING,
    )
