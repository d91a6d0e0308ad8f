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


def test_a_policy_that_an_installation_left_which_was_killed_is_ours_and_goes(ran):
    packages.POLICY.write_bytes(packages.START_NOTHING.read_bytes())
    packages.install(["nginx"], lambda sentence: None)
    assert told(ran) == ["update", "install", "install", "rm"]


def test_where_nothing_is_missing_such_a_policy_goes_too_and_that_is_said(ran):
    said: list[str] = []
    packages.POLICY.write_bytes(packages.START_NOTHING.read_bytes())
    assert packages.end_left_policy(said.append)
    assert not packages.POLICY.exists()
    assert str(packages.POLICY) in said[0]


def test_who_has_a_policy_of_their_own_keeps_it(ran):
    assert not packages.end_left_policy(pytest.fail)
    packages.POLICY.write_text("#!/bin/sh\nexit 0\n")
    assert not packages.end_left_policy(pytest.fail)
    assert packages.POLICY.exists()


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


@pytest.fixture
def apt(tmp_path, monkeypatch):
    """Return where a program goes that is run as apt-get."""
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    program = tmp_path / "apt-get"
    program.touch(mode=0o755)
    return program


def test_apt_tells_all_that_would_come(apt):
    lines = "Inst libgd3 (2.3.3 Debian:12/stable [amd64])\nInst nginx-light (1.22)\nConf libgd3 (2.3.3)"
    apt.write_text(f"#!/bin/sh\necho '{lines}'\necho \"$@\" >{apt}.asked\n")
    assert packages.all_of(["nginx-light"]) == ["libgd3", "nginx-light"]
    assert "--simulate install" in apt.with_name("apt-get.asked").read_text()


def test_where_apt_cannot_tell_nothing_is_told(apt):
    apt.write_text("#!/bin/sh\necho 'Unable to locate package' >&2\nexit 100\n")
    assert packages.all_of(["nginx-light"]) == []
    assert packages.all_of([]) == []


def test_what_is_there_is_not_installed(ran):
    packages.ensure([("sh", "dash")], lambda sentence: None)
    assert ran == []
