"""What belongs to the box on its machine, and is taken off with it."""

import getpass

import pytest

from appliance import packages
from appliance.installing import removing
from appliance.installing.places import COMMAND
from appliance.installing.removing import places, remains


@pytest.mark.parametrize("purges", [True, False])
def test_the_policy_of_an_installation_that_was_killed_goes_with_the_box_and_no_other(tmp_path, monkeypatch, purges):
    monkeypatch.setattr(packages, "POLICY", tmp_path / "policy-rc.d")
    assert packages.POLICY not in places(purges=purges)
    packages.POLICY.write_text("#!/bin/sh\nexit 101\n")
    assert packages.POLICY not in places(purges=purges)
    packages.POLICY.write_bytes(packages.START_NOTHING.read_bytes())
    assert packages.POLICY in places(purges=purges)


@pytest.fixture
def opt(tmp_path, monkeypatch):
    """Return where the code lies, with a release, what was kept for one, and the mark of a move under way."""
    opt = tmp_path / "opt"
    (opt / "releases" / "0.1.0-a").mkdir(parents=True)
    (opt / "kept" / "1-0.1.0-a" / "files").mkdir(parents=True)
    (opt / "kept" / "under-way.json").write_text("{}")
    monkeypatch.setattr(removing, "OPT", opt)
    monkeypatch.setattr(removing, "KEPT", opt / "kept")
    return opt


@pytest.mark.parametrize("purges", [True, False])
def test_all_of_the_code_goes_where_no_upgrade_has_kept_a_database(opt, purges):
    assert list(removing.code(purges=purges)) == [opt, COMMAND]


def test_the_databases_that_upgrades_kept_go_where_all_data_does(opt):
    kept = {opt / "kept" / "1-0.1.0-a" / "db.sqlite3", opt / "kept" / "2-given-up.sqlite3"}
    for path in kept:
        path.write_text("")
    removing.clear((path for path in removing.code(purges=False) if path != COMMAND), lambda _: None)
    assert {path for path in opt.rglob("*") if path.is_file()} == kept
    assert not (opt / "kept" / "1-0.1.0-a" / "files").exists()
    assert list(removing.code(purges=False)) == [COMMAND]
    assert next(removing.code(purges=True)) == opt


def test_whose_processes_run_is_known_without_a_program_that_tells(monkeypatch):
    monkeypatch.setattr(removing, "ACCOUNTS", (getpass.getuser(), "bastide-of-nobody"))
    monkeypatch.setenv("PATH", "")
    told = list(remains(purges=False))
    assert f"processes of {getpass.getuser()}" in told
    assert "processes of bastide-of-nobody" not in told
