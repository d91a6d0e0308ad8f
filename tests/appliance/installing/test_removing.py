"""What belongs to the box on its machine, and is taken off with it."""

import pytest

from appliance import packages
from appliance.installing.removing import places


@pytest.mark.parametrize("purges", [True, False])
def test_the_policy_of_an_installation_that_was_killed_goes_with_the_box_and_no_other(tmp_path, monkeypatch, purges):
    monkeypatch.setattr(packages, "POLICY", tmp_path / "policy-rc.d")
    assert packages.POLICY not in places(purges=purges)
    packages.POLICY.write_text("#!/bin/sh\nexit 101\n")
    assert packages.POLICY not in places(purges=purges)
    packages.POLICY.write_bytes(packages.START_NOTHING.read_bytes())
    assert packages.POLICY in places(purges=purges)
