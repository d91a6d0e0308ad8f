"""A machine on which the box was installed as its README says, once for all tests of a file."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system.machine import CHECKOUT, RELEASES, Machine

NAME = "box.example"
ADDRESS = "127.0.0.1"
FILES = "find /etc /opt /usr /var/lib -xdev -type f -printf '%p %s %T@\\n' | sort | sha256sum"


@pytest.fixture(scope="module", params=RELEASES)
def machine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """A bare Debian with this checkout on it; nothing is installed yet."""
    directory = Path(tmp_path_factory.mktemp(request.param))
    with Machine(directory, request.param) as booted:
        booted.bring_checkout()
        yield booted
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="module")
def installed(machine: Machine) -> Machine:
    """The machine with the box on it, by the command of the README; what it would touch was asked before."""
    install = (f"{CHECKOUT}/bastide", "install", "--name", NAME, "--name", ADDRESS)
    machine.run(f"{CHECKOUT}/bastide", "--version", timeout_s=300)  # makes the checkout's own environment
    before = machine.run("sh", "-c", FILES)
    machine.notes["plan"] = machine.run(*install, "--plan")
    machine.notes["touched by the plan"] = "" if machine.run("sh", "-c", FILES) == before else "something"
    machine.notes["install"] = machine.run(*install, timeout_s=900)
    return machine
