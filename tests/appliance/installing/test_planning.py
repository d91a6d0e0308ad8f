"""What is told of an installation before it is begun."""

from appliance.installing.install import Wish
from appliance.installing.planning import ROOTS_ALONE, findings, plan

WISH = Wish(names=("box.example",), version="1.0")


def test_the_checks_come_first_and_stop_nothing():
    lines = list(plan(WISH))
    port, verdict, packages = (
        next(number for number, line in enumerate(lines) if each in line)
        for each in ("Port 443", "ood enough", "Debian packages")
    )
    assert port < verdict < packages
    assert any("/etc/systemd/system/bastide-web.service" in line for line in lines[packages:])


def test_what_only_root_can_find_out_is_not_said_to_have_failed():
    lines = list(findings(WISH, is_root=False))
    assert not any("Port 443" in line or "Durable writes" in line for line in lines)
    assert "for root alone" in lines[-1]
    assert {"port_443", "disk_speed"} <= ROOTS_ALONE
