"""What is taken from Debian."""

import pytest

from appliance import command, packages
from appliance.installing import machine


@pytest.fixture
def typed(monkeypatch):
    argvs: list[list[str]] = []

    def run(argv, **_):
        argvs.append(list(argv))
        return ""

    monkeypatch.setattr(command, "run", run)
    monkeypatch.setattr(packages, "install", lambda *_: None)  # apt itself
    return argvs


@pytest.mark.parametrize(
    ("missing", "disabled"),
    [
        (["nftables"], []),
        (["nftables", "tzdata"], []),
        (["redis-server", "nftables"], [["systemctl", "disable", "redis-server.service"]]),
        ([], []),
    ],
)
def test_debians_own_services_are_switched_off_where_there_are_any(typed, tmp_path, monkeypatch, missing, disabled):
    there = tmp_path / "program"
    there.touch()
    needed = {name: tmp_path / "nowhere" if name in missing else there for name in machine.NEEDED}
    monkeypatch.setattr(machine, "NEEDED", needed)
    assert machine.install_packages(print) is bool(missing)
    assert typed == disabled
