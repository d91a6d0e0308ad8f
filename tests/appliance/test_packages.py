"""Packages are installed without a service being started."""

import os

import pytest

from appliance import command, packages
from appliance.errors import CommandFailed


@pytest.fixture
def ran(monkeypatch, tmp_path):
    """Return what would have been run, as root, on a machine without a policy of its own."""
    argvs = []
    monkeypatch.setattr(command, "run", lambda argv, **options: argvs.append(argv))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(packages, "POLICY", tmp_path / "policy-rc.d")
    return argvs


def told(ran):
    return [next(word for word in argv if word in {"update", "install", "rm"}) for argv in ran]


def test_nothing_is_started_while_packages_are_installed(ran):
    packages.install(["nginx"], lambda sentence: None)
    assert told(ran) == ["update", "install", "install", "rm"]
    assert ran[1][-2:] == [str(packages.START_NOTHING), str(packages.POLICY)]
    assert ran[2][-1] == "nginx"


def test_a_machines_own_policy_is_left_alone(ran):
    packages.POLICY.write_text("")
    packages.install(["nginx"], lambda sentence: None)
    assert told(ran) == ["update", "install"]


def test_services_may_start_again_when_packages_could_not_be_installed(ran, monkeypatch):
    def run(argv, **options):
        ran.append(argv)
        if argv[-1] == "nginx":
            message = "Unable to locate package"
            raise CommandFailed(message)

    monkeypatch.setattr(command, "run", run)
    with pytest.raises(CommandFailed):
        packages.install(["nginx"], lambda sentence: None)
    assert ran[-1] == ["rm", "-f", str(packages.POLICY)]


def test_what_is_there_is_not_installed(ran):
    packages.ensure([("sh", "dash")], lambda sentence: None)
    assert ran == []
