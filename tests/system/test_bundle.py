"""A bundle is carried to a bare Debian that reaches nothing, and makes it the box there; another one upgrades it."""

import re
import shutil
import time
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from appliance.bundling import making
from appliance.bundling.making import Order
from appliance.bundling.opening import Machine as Kind
from appliance.bundling.opening import opened
from appliance.bundling.signing import load_key
from appliance.bundling.targets import TARGETS
from tests.system.conftest import NUMBERS, fingerprint
from tests.system.installation import NAME
from tests.system.machine import Machine
from tests.system.test_install import key_of_admin, predict

pytestmark = pytest.mark.system

INSTALL_S = 180
FILES = "find /etc /opt /usr -xdev -type f -printf '%p %s %T@\\n' | sort | sha256sum"
VENV_PACKAGES = ("python3-venv", "python3.*-venv", "python3-pip-whl", "python3-setuptools-whl")


@pytest.fixture(scope="module")
def machine(release, bundle, tmp_path_factory):
    """A bare Debian without a network, with nothing of ours on it but the bundle, and without venv's own pip."""
    with Machine(tmp_path_factory.mktemp(release), release, is_offline=True) as booted:
        shutil.copy2(bundle, booted.root / "root/bastide.bundle")
        booted.run("apt-get", "-q", "-y", "purge", *VENV_PACKAGES)
        booted.run("tar", "-xf", "bastide.bundle", "open.pyz")
        yield booted


def refused(machine: Machine, *argv: str) -> str:
    """Return why a command ends with an error that leaves every file as it was."""
    before = machine.run("sh", "-c", FILES)
    with pytest.raises(RuntimeError) as raised:
        machine.run(*argv, timeout_s=300)
    assert machine.run("sh", "-c", FILES) == before
    return str(raised.value)


def test_a_changed_byte_is_refused(machine, signing_key):
    path = machine.root / "root/changed.bundle"
    shutil.copy2(machine.root / "root/bastide.bundle", path)
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        byte = file.read(1)
        file.seek(-1, 1)
        file.write(bytes([byte[0] ^ 1]))
    argv = ("python3", "open.pyz", "changed.bundle", fingerprint(signing_key), "install", "--name", NAME)
    assert "was changed" in refused(machine, *argv)
    assert list((machine.root / "root").glob(".bastide-*")) == []
    path.unlink()


def test_another_key_is_refused(machine):
    argv = ("python3", "open.pyz", "bastide.bundle", "0" * 64, "install", "--name", NAME)
    assert "another key than you trust" in refused(machine, *argv)


@pytest.fixture(scope="module")
def box(machine, signing_key):
    """The machine with the box on it, by the two commands of the page."""
    assert machine.run("sh", "-c", "getent hosts example.org; ip route", check=False) == ""
    started_s = time.monotonic()
    argv = ("python3", "open.pyz", "bastide.bundle", fingerprint(signing_key), "install", "--name", NAME)
    machine.notes["install"] = machine.run(*argv, timeout_s=900)
    machine.notes["took_s"] = str(time.monotonic() - started_s)
    return machine


def test_it_is_installed_without_a_network_within_three_minutes(box):
    assert f"Bastide is ready at https://{NAME}" in box.notes["install"]
    assert float(box.notes["took_s"]) <= INSTALL_S, box.notes["install"]


def test_it_predicts(box):
    assert predict(box, key_of_admin(box))["predictions"][0]["prediction"] == "Chinstrap"


def test_it_trusts_the_key_of_its_bundle(box, signing_key):
    assert box.run("cat", "/etc/bastide/bundle-key").strip() == fingerprint(signing_key)


def test_a_bundle_that_another_key_signed_upgrades_nothing(box, bundle, release, tmp_path):
    stranger = Ed25519PrivateKey.generate()
    next_bundle(box, bundle, release, stranger, tmp_path)
    running = box.run("readlink", "/opt/bastide/current")
    with pytest.raises(RuntimeError, match="another key than you trust"):
        box.run("bastide", "upgrade", "--bundle", "next.bundle")
    assert box.run("readlink", "/opt/bastide/current") == running


@pytest.mark.long
def test_a_bundle_of_the_same_key_upgrades_it(box, bundle, release, signing_key, tmp_path):
    next_bundle(box, bundle, release, load_key(signing_key), tmp_path)
    running = box.run("readlink", "/opt/bastide/current")
    assert "Upgraded in" in box.run("bastide", "upgrade", "--bundle", "next.bundle", timeout_s=900)
    assert box.run("readlink", "/opt/bastide/current") != running
    assert predict(box, key_of_admin(box))["predictions"][0]["prediction"] == "Chinstrap"


def next_bundle(machine: Machine, bundle: Path, release: str, key: Ed25519PrivateKey, scratch: Path) -> None:
    """Lay a bundle on a machine that holds another release than `bundle`, signed with a key."""
    target = TARGETS[NUMBERS[release]]
    order = Order(path=scratch / "next.bundle", key=key, targets=(target,), version="0.2.0")
    with bundle.open("rb") as file:
        signer = bytes.fromhex(re.sub(":", "", machine.run("cat", "/etc/bastide/bundle-key").strip()))
        directory = opened(file, signer, scratch, replace(Kind("", ""), debian=target.number, processor="x86_64"))
    (directory / "bundle/signed-by").unlink()
    (directory / "CHANGELOG.md").write_text("# Changelog\n\nAnother release.\n")
    files = {str(path.relative_to(directory)): path for path in sorted(directory.rglob("*")) if path.is_file()}
    with (machine.root / "root/next.bundle").open("wb") as out:
        making.write(out, order, files)
