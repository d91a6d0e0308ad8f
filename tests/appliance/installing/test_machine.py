"""What is taken from Debian."""

import pytest

from appliance import command, packages
from appliance.installing import machine


@pytest.fixture
def typed(monkeypatch, tmp_path):
    argvs: list[list[str]] = []

    def run(argv, **_):
        argvs.append(list(argv))
        return ""

    monkeypatch.setattr(command, "run", run)
    monkeypatch.setattr(packages, "install", lambda *_: None)  # apt itself
    monkeypatch.setattr(packages, "POLICY", tmp_path / "policy-rc.d")
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


def test_where_no_package_is_missing_the_policy_of_an_installation_that_was_killed_ends(typed, monkeypatch):
    monkeypatch.setattr(machine, "NEEDED", {})
    packages.POLICY.write_bytes(packages.START_NOTHING.read_bytes())
    assert machine.install_packages(lambda _: None)
    assert not packages.POLICY.exists()
