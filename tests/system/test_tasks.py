"""What looks after the box has no root: keys, renewals, nightly backups, and who may not come near them."""

import shutil
import ssl
import time
from pathlib import Path

import pytest

from appliance.keeping import archive
from tests.running_box import eventually
from tests.system.installation import NAME
from tests.system.load import Load
from tests.system.machine import CHECKOUT, Machine
from tests.system.penguin import PENGUIN
from tests.system.test_install import key_of_admin
from tests.system.test_install import predict as predicted
from tests.system.test_keeping import trail
from tests.system.watching import main_process

pytestmark = pytest.mark.system

RENEWALS = 3
SETTLED_S = 5
DROP_IN = "etc/systemd/system/bastide-certificate.service.d"
OWNERS = "find /etc/bastide/tls /var/lib/bastide/trust /var/lib/bastide/acme /var/backups/bastide -printf '%u\\n'"
TRIED = """
import os, pathlib
def tried(what):
    try:
        what()
    except OSError as error:
        print(type(error).__name__)
    else:
        print("done")
"""
KEPT_FROM_OTHERS = f"""{TRIED}
for name in ("authority.key", "box.key"):
    tried(pathlib.Path("/etc/bastide/tls", name).read_bytes)
tried(lambda: os.listdir("/var/backups/bastide"))
tried(pathlib.Path("/var/backups/bastide/one.backup").read_bytes)
for lock in ("/etc/bastide/tls/.lock", "/opt/bastide/.lock"):
    tried(pathlib.Path(lock).read_bytes)
"""
LEFT_ALONE = f"""{TRIED}
tried(pathlib.Path("/etc/bastide/credentials/secret-key").read_bytes)
tried(lambda: open("/var/lib/bastide/db.sqlite3", "r+b"))
for place in ("/var/lib/bastide", "/var/lib/bastide/models", "/etc/bastide", "/opt/bastide", "/run/bastide"):
    tried(lambda: pathlib.Path(place, "x").touch())
"""


@pytest.fixture(scope="module")
def key(installed):
    return key_of_admin(installed)


@pytest.fixture
def forced(installed):
    """Have the timer's task renew, whatever the date."""
    directory = installed.root / DROP_IN
    directory.mkdir()
    (directory / "forced.conf").write_text(
        "[Service]\nExecStart=\nExecStart=/usr/local/bin/bastide tls renew --force\n"
    )
    installed.run("systemctl", "daemon-reload")
    yield
    shutil.rmtree(directory)
    installed.run("systemctl", "daemon-reload")


def as_account(machine: Machine, account: str, code: str) -> list[str]:
    """Return what a program said that ran as an account without the sandbox of a service."""
    became = ("setpriv", f"--reuid={account}", f"--regid={account}", "--init-groups")
    return machine.run(*became, "python3", "-c", code).split()


def nightly(machine: Machine) -> Path:
    """Return the newest backup of the timer's task, which is made now."""
    machine.run("systemctl", "start", "bastide-backup.service", timeout_s=300)
    return max((machine.root / "var/backups/bastide").glob("bastide-*.backup"))


def served(machine: Machine) -> str:
    """Return the certificate that the front sends."""
    return ssl.get_server_certificate((machine.address, 443)).strip()


def kept(machine: Machine) -> str:
    """Return the certificate that the box has."""
    return machine.run("openssl", "x509", "-in", "/etc/bastide/tls/box.crt").strip()


def test_renewals_fail_no_request_and_the_front_serves_what_they_made(installed, key, forced):
    processes, certificates = {main_process(installed, "bastide-nginx")}, [served(installed)]
    with Load(installed, NAME, key, [PENGUIN]) as load:
        for _ in range(RENEWALS):
            load.wait_for(500)
            installed.run("systemctl", "start", "bastide-certificate.service")
            assert eventually(lambda: served(installed) == kept(installed) not in certificates)
            certificates.append(served(installed))
            processes.add(main_process(installed, "bastide-nginx"))
        load.wait_for(500)
    print(f"{load.answered} answered, {len(load.failures)} failed, the longest took {load.longest_s:.2f} s")
    assert load.failures == []
    assert load.asked_again <= RENEWALS * load.kept  # each that was kept is closed once
    assert len(processes) == 1 + RENEWALS
    shown = installed.run("systemctl", "show", "bastide-nginx", "--property=NRestarts,Result")
    assert set(shown.split()) == {"NRestarts=0", "Result=success"}  # nobody is told that it ended by itself


def test_a_look_at_a_good_certificate_leaves_the_front_alone(installed):
    before = main_process(installed, "bastide-nginx")
    installed.run("systemctl", "start", "bastide-certificate.service")
    time.sleep(SETTLED_S)
    assert main_process(installed, "bastide-nginx") == before


def test_the_task_goes_on_with_what_root_has_typed(installed, forced):
    installed.run("bastide", "tls", "renew", "--force")
    by_root = kept(installed)
    assert served(installed) == by_root
    installed.run("systemctl", "start", "bastide-certificate.service")
    assert eventually(lambda: served(installed) == kept(installed) != by_root)
    assert set(installed.run("sh", "-c", OWNERS).split()) == {"bastide-care"}


def test_keys_and_backups_are_read_by_nobody_who_serves(installed):
    one = "/var/backups/bastide/one.backup"
    installed.run("install", "--owner=bastide-care", "--mode=600", "/dev/null", one)
    try:
        assert as_account(installed, "bastide-care", KEPT_FROM_OTHERS) == ["done"] * 6
        for account in ("bastide", "bastide-worker", "bastide-nginx", "bastide-redis"):
            assert as_account(installed, account, KEPT_FROM_OTHERS) == ["PermissionError"] * 6, account
    finally:
        installed.run("rm", one)


def test_who_looks_after_the_box_changes_nothing_of_others(installed):
    assert set(as_account(installed, "bastide-care", LEFT_ALONE)) == {"PermissionError"}


def test_the_nightly_backup_holds_what_one_holds_that_root_types(installed):
    by_timer = archive.verified(nightly(installed))
    installed.run("bastide", "backup", "/root/typed.backup", timeout_s=300)
    by_root = archive.verified(installed.root / "root/typed.backup")
    assert by_timer.members.keys() == by_root.members.keys()
    kinds = {name.partition("/")[0] for name in by_timer.members}
    assert kinds == {"database", "models", "settings", "credentials", "tls", "data", "examples"}
    secrets = {"tls/authority.key", "tls/box.key", "credentials/secret-key", "credentials/queue-care"}
    assert secrets | {"data/admin-password"} <= by_timer.members.keys()
    other = {name for name, member in by_timer.members.items() if by_root.members[name] != member}
    assert other <= {archive.DATABASE}


def test_the_trail_knows_of_the_nightly_backup_by_who_may_write_it(installed):
    path = nightly(installed)
    told = {"file": f"/{path.relative_to(installed.root)}", "system_account": "bastide-care", "by_timer": True}
    assert eventually(lambda: {"action": "box_backed_up"} | told in trail(installed, "box_backed_up"))
    installed.run("systemctl", "start", "bastide-noted.service")
    assert trail(installed, "box_backed_up").count({"action": "box_backed_up"} | told) == 1


@pytest.mark.long
def test_the_nightly_backup_is_restored_on_another_machine_whose_tasks_go_on(installed, machine, key):
    environment = f"{CHECKOUT}/.venv".lstrip("/")
    shutil.copytree(installed.root / environment, machine.root / environment, symlinks=True)
    machine.run(f"{CHECKOUT}/bastide", "install", "--no-examples", "--name", "spare.example", timeout_s=900)
    shutil.copy2(nightly(installed), machine.root / "root/nightly.backup")
    machine.run("bastide", "restore", "--yes", "/root/nightly.backup", timeout_s=300)
    assert predicted(machine, key)["predictions"]
    assert archive.verified(nightly(machine)).models
    machine.run("systemctl", "start", "bastide-certificate.service")
    assert set(machine.run("sh", "-c", OWNERS).split()) == {"bastide-care"}
