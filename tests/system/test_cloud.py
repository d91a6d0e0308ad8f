"""A rented machine is told by its user-data to be the box, and cloud-init makes it that, with a bundle and no more."""

import json
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from appliance.bundling.user_data import Box, from_bundle, from_checkout
from tests.system.conftest import fingerprint
from tests.system.installation import NAME
from tests.system.machine import Machine
from tests.system.test_install import key_of_admin, predict

pytestmark = pytest.mark.system

SEED = "var/lib/cloud/seed/nocloud"
KEY = "ab" * 32
BOX = Box(names=(NAME,))


@pytest.fixture(scope="module")
def machine(release, tmp_path_factory):
    """A bare Debian with cloud-init, which finds no source of data at its start and so does nothing."""
    with Machine(tmp_path_factory.mktemp(release), release, is_offline=True, more=["cloud-init"]) as booted:
        yield booted


@pytest.mark.parametrize(
    "text",
    [
        from_bundle(BOX, "https://files.example.org/bastide.bundle", KEY),
        from_checkout(Box(names=(NAME, "10.0.0.5"), with_examples=False), "https://git.example.org/b.git", "v1.0"),
    ],
    ids=["bundle", "checkout"],
)
def test_cloud_init_knows_every_word(machine, text):
    (machine.root / "root/user-data").write_text(text)
    assert "Valid" in machine.run("cloud-init", "schema", "--config-file", "/root/user-data")


@pytest.fixture
def address(bundle, machine):
    """The address of the bundle, on this machine's side of the network; nothing else can be reached."""
    gateway = machine.connect()
    handler = partial(SimpleHTTPRequestHandler, directory=bundle.parent)
    with ThreadingHTTPServer((gateway, 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://{gateway}:{server.server_port}/{bundle.name}"
        server.shutdown()


@pytest.mark.long
def test_cloud_init_makes_it_the_box(machine, address, signing_key):
    seed = machine.root / SEED
    seed.mkdir(parents=True)
    (seed / "meta-data").write_text("instance-id: box-1\n")
    (seed / "user-data").write_text(from_bundle(BOX, address, fingerprint(signing_key)))
    (machine.root / "etc/cloud/cloud.cfg.d/99-tried.cfg").write_text(
        "datasource_list: [NoCloud]\nnetwork: {config: disabled}\n"
    )
    machine.run("systemctl", "start", "cloud-init.target", timeout_s=600)
    result = json.loads(machine.run("cat", "/run/cloud-init/result.json"))["v1"]
    said = (machine.root / "var/log/cloud-init-output.log").read_text()
    # A bare Debian has no locales, which an image of a cloud has; what user-data runs is the module scripts_user.
    assert [each for each in result["errors"] if "scripts_user" in each] == [], said[-3000:]
    assert "NoCloud" in result["datasource"]
    assert f"Bastide is ready at https://{NAME}" in said
    assert predict(machine, key_of_admin(machine))["predictions"][0]["prediction"] == "Chinstrap"
    assert machine.run("cat", "/etc/bastide/bundle-key").strip() == fingerprint(signing_key)
