"""What belongs to the box on its machine, and is taken off with it."""

import getpass

import pytest

from appliance import packages
from appliance.installing import removing
from appliance.installing.removing import places, remains


@pytest.mark.parametrize("purges", [True, False])
def test_the_policy_of_an_installation_that_was_killed_goes_with_the_box_and_no_other(tmp_path, monkeypatch, purges):
    monkeypatch.setattr(packages, "POLICY", tmp_path / "policy-rc.d")
    assert packages.POLICY not in places(purges=purges)
    packages.POLICY.write_text("#!/bin/sh\nexit 101\n")
    assert packages.POLICY not in places(purges=purges)
    packages.POLICY.write_bytes(packages.START_NOTHING.read_bytes())
    assert packages.POLICY in places(purges=purges)


def test_whose_processes_run_is_known_without_a_program_that_tells(monkeypatch):
    monkeypatch.setattr(removing, "ACCOUNTS", (getpass.getuser(), "bastide-of-nobody"))
    monkeypatch.setenv("PATH", "")
    told = list(remains(purges=False))
    assert f"processes of {getpass.getuser()}" in told
    assert "processes of bastide-of-nobody" not in told
