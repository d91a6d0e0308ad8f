"""Booted machines, one for all tests of a file: a bare Debian, and one on which the box is installed."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.bundling.form import grouped
from appliance.bundling.signing import load_key, make_key
from appliance.bundling.targets import TARGETS
from appliance.paths import ROOT
from tests.system.installation import installation
from tests.system.machine import RELEASES, Machine

NUMBERS = {target.codename: number for number, target in TARGETS.items()}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Try everything on every Debian."""
    if "release" in metafunc.fixturenames:
        metafunc.parametrize("release", RELEASES, scope="module")


@pytest.fixture(scope="module")
def machine(release: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """A bare Debian with this checkout on it; nothing is installed yet."""
    directory = Path(tmp_path_factory.mktemp(release))
    with Machine(directory, release) as booted:
        booted.bring_checkout()
        yield booted
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="module")
def installed(release: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """A machine with the box on it: a copy, booted, of the one on which it was installed in this run of the tests."""
    made = installation(release)
    directory = Path(tmp_path_factory.mktemp(release))
    with Machine(directory, release, disk=made.disk) as booted:
        booted.notes.update(made.notes)
        booted.run("timeout", "60", "sh", "-c", "until curl -skf https://127.0.0.1/readyz; do sleep 0.1; done")
        yield booted
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="module")
def signing_key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key that signs bundles."""
    path = Path(tmp_path_factory.mktemp("key")) / "key.pem"
    make_key(path)
    return path


def fingerprint(signing_key: Path) -> str:
    """Return what a person types to trust a key."""
    return grouped(load_key(signing_key).public_key().public_bytes_raw())


@pytest.fixture(scope="module")
def bundle(release: str, signing_key: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle of this checkout for the Debian that is tried."""
    path = Path(tmp_path_factory.mktemp("bundle")) / "bastide.bundle"
    argv = [str(ROOT / "bastide"), "bundle", "-o", str(path), "--sign-with", str(signing_key)]
    subprocess.run([*argv, "--debian", NUMBERS[release]], check=True, capture_output=True, timeout=900)
    return path
