"""A machine on which the box was installed as its README says, once for all tests of a file."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system.machine import CHECKOUT, RELEASES, Machine

NAME = "box.example"
ADDRESS = "127.0.0.1"
UNITS = ("bastide-*", "bastide.target")
FILES = "find /etc /opt /usr /var/lib -xdev -type f -printf '%p %s %T@\\n' | sort | sha256sum"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Install on every Debian where installing is what is tested, else on the older one alone: each takes minutes."""
    if "release" in metafunc.fixturenames:
        older, newer = RELEASES
        installs = metafunc.module.__name__.endswith("test_install")
        others = [pytest.param(newer, marks=pytest.mark.long)] if installs else []
        metafunc.parametrize("release", [older, *others], scope="module")


@pytest.fixture(scope="module")
def machine(release: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """A bare Debian with this checkout on it; nothing is installed yet."""
    directory = Path(tmp_path_factory.mktemp(release))
    with Machine(directory, release) as booted:
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
    machine.notes["units"] = machine.run("systemctl", "show", *UNITS, "--property=Id,ActiveState,NRestarts")
    return machine
