"""The box is taken off a real Debian again: its data only when that is asked for by words, and nothing is left."""

import pytest

from tests.system.machine import CHECKOUT

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def box(installed):
    leave_what_a_kill_leaves(installed)
    installed.run("systemctl", "start", "bastide-backup.service", timeout_s=300)
    return installed


GIVEN_UP = "/opt/bastide/kept/20261101T020000-given-up.sqlite3"
DRAFT = "/var/backups/bastide/.bastide-20261101T020000Z.backup.0123456789ab"
POLICY = "/usr/sbin/policy-rc.d"


def leave_what_a_kill_leaves(box):
    """Half a backup, and the policy by which Debian starts no service."""
    box.run("install", "-o", "bastide-care", "-g", "bastide-care", "-m", "600", "/dev/null", DRAFT)
    box.run("install", "-m", "755", "/opt/bastide/current/scripts/start_nothing", POLICY)


def is_there(box, path):
    return "there" in box.run("sh", "-c", f"[ ! -e {path} ] || echo there")


def code_of(box):
    """Return what lies where the code does, but for the lock of the command that asked last."""
    return box.run("find", "/opt/bastide", "-type", "f", "-not", "-name", ".lock").split()


def put_on_a_disk_of_its_own(box):
    """Let the data lie as the checks advise where the disk of the machine is small."""
    moves = "mv /var/lib/bastide /tmp/was; mkdir /var/lib/bastide; mount -t tmpfs tmpfs /var/lib/bastide"
    box.run("sh", "-ec", f"{moves}; cp -a /tmp/was/. /var/lib/bastide; rm -r /tmp/was")


def refuses_data_of_a_newer_release(box):
    """An installation must not go on with it, whatever the reason, and touches nothing."""
    script = (
        "import sqlite3; base = sqlite3.connect('/var/lib/bastide/db.sqlite3', isolation_level=None)\nbase.execute("
    )
    newer = "\"INSERT INTO django_migrations (app, name, applied) VALUES ('registry', '9999_shade', '2027-01-01')\")"
    box.run("python3", "-c", script + newer)
    with pytest.raises(RuntimeError, match=r"does not know: registry\.9999_shade"):
        box.run(f"{CHECKOUT}/bastide", "install", "--name", "box.example", "--force", "a trial", timeout_s=300)
    assert code_of(box) == [GIVEN_UP]


def test_what_a_killed_backup_left_goes_with_the_next_one(box):
    assert "bastide-" in box.run("ls", "/var/backups/bastide")
    assert not is_there(box, DRAFT)
    assert "sqlite" not in box.run("find", "/var/backups/bastide", "/var/tmp")


def test_uninstalling_leaves_the_data_until_it_is_asked_for_by_words(box):
    with pytest.raises(RuntimeError, match="Nothing was removed"):
        box.run("bastide", "uninstall")
    box.run("install", "-D", "-m", "600", "/dev/null", GIVEN_UP)
    told = box.run("bastide", "uninstall", "--yes", timeout_s=180)
    assert "databases that upgrades kept in /opt/bastide/kept stay" in told
    assert f"Removing {POLICY}" in told
    assert not is_there(box, POLICY)
    assert "/var/lib/bastide and its settings stay" in told
    gone = "/opt/bastide/[!k]* /usr/local/bin/bastide /etc/systemd/system/bastide* /run/bastide"
    left = f"ls -d {gone} /var/lib/bastide/* 2>/dev/null | cat"
    assert "/var/lib/bastide/db.sqlite3" in box.run("sh", "-c", left)
    assert "/opt/bastide" not in box.run("sh", "-c", left)
    assert code_of(box) == [GIVEN_UP]
    refuses_data_of_a_newer_release(box)
    put_on_a_disk_of_its_own(box)
    purge = (f"{CHECKOUT}/bastide", "uninstall", "--purge")
    with pytest.raises(RuntimeError, match=r"The backups in /var/backups/bastide stay[^\0]*Nothing was removed"):
        box.run(*purge)
    told = box.run("sh", "-c", f"echo 'remove everything' | {' '.join(purge)}", timeout_s=180)
    assert "Emptying /var/lib/bastide: a disk is mounted there, and stays" in told
    box.run("umount", "/var/lib/bastide")
    box.run("rmdir", "/var/lib/bastide")
    places = "find /etc /opt /usr/local /var/lib /run -xdev -iname '*bastide*' -not -path '*/machines/*' | sort"
    assert box.run("sh", "-c", places).split() == []
    assert "bastide" not in box.run("sh", "-c", "cat /etc/passwd /etc/group /etc/shadow")
    # A slice has no file. systemd forgets it when the kernel tells that its group is empty, which a busy one may not.
    listing = ("systemctl", "list-units", "--all", "--no-legend", "--state=loaded", "bastide*")
    assert {line.split()[0] for line in box.run(*listing).splitlines()} <= {"bastide.slice"}
    assert box.run("ss", "-Hltn", "sport = :443 or sport = :80") == ""
    assert box.run("nft", "list", "tables") == ""
    assert "bastide-" in box.run("ls", "/var/backups/bastide")
    owners = box.run("find", "/var/backups/bastide", "-printf", "%u %g\n").splitlines()
    assert set(owners) == {"root root"}  # whose account is gone may share its number with another one
