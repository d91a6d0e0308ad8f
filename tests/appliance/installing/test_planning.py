"""What is told of an installation before it is begun."""

import os

from appliance.installing import machine
from appliance.installing.install import Wish
from appliance.installing.planning import ROOTS_ALONE, UNTOLD, findings, packages_touched, plan

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


def test_where_apt_cannot_tell_what_comes_the_packages_are_named_and_that_is_said(monkeypatch, tmp_path):
    monkeypatch.setattr(machine, "NEEDED", {"no-such-package": tmp_path / "missing"})
    assert packages_touched() == ("package no-such-package", UNTOLD)


def test_where_nothing_is_missing_nothing_is_said(monkeypatch, tmp_path):
    monkeypatch.setattr(machine, "NEEDED", {"no-such-package": tmp_path})
    assert packages_touched() == ()


def test_what_apt_tells_is_told(monkeypatch, tmp_path):
    program = tmp_path / "apt-get"
    program.write_text("#!/bin/sh\necho 'Inst libgd3 (2.3)'\necho 'Inst no-such-package (1)'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(machine, "NEEDED", {"no-such-package": tmp_path / "missing"})
    assert packages_touched() == ("package libgd3", "package no-such-package")
