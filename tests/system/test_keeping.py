"""Backups, restorations, upgrades and the way back on a real Debian, while clients ask for predictions."""

import json
import re
import shutil
import time
from typing import Any

import pytest

from appliance.keeping.upgrade import RELEASES_KEPT
from appliance.paths import ROOT
from tests.system.installation import NAME
from tests.system.machine import CHECKOUT, Machine
from tests.system.penguin import PENGUIN
from tests.system.releasing import MIGRATION, NEW, asked, changed_checkout, running, switching, tables
from tests.system.test_install import CURL, HERE, key_of_admin

pytestmark = pytest.mark.system
LONG = pytest.mark.long

ASKING = ROOT / "tests/system/asking.py"
BACKUP, OTHER_BACKUP = "/root/box.backup", "/root/other.backup"
OWNED = r"""find /etc/bastide /var/lib/bastide -printf '%y %m %u %g %p\n' | sed 's,states/[0-9]*,states/N,' |
    grep -Ev 'bastide-worker bastide-worker|/\.former|/redis/|/spool/.*/|/models/|-wal|-shm'"""
UNDER_WAY = "/opt/bastide/kept/under-way.json"
RETURN_S = 10.0
RETURN_STARTS = 4  # of the site, where the machine is so busy that these take longer
MOVES = 2
ASKED_MEANWHILE = 300
IN_PLACE = 'import os\nif os.environ.get("BASTIDE_DATA_DIR") == "/var/lib/bastide" and "LISTEN_FDS" in os.environ:\n'


@pytest.fixture(scope="module")
def box(installed):
    shutil.copy2(ASKING, installed.root / "root/asking.py")
    return installed


@pytest.fixture(scope="module")
def other(box, machine):
    """Another machine, on which nothing is installed yet; the checkout's environment need not be made again."""
    environment = f"{CHECKOUT}/.venv".lstrip("/")
    shutil.copytree(box.root / environment, machine.root / environment, symlinks=True)
    return machine


@pytest.fixture(scope="module")
def key(box):
    return key_of_admin(box)


def predicted(machine: Machine, key: str) -> str:
    """Return the very bytes of an answer."""
    same = ("--header", "X-Request-Id: same", "--header", f"Authorization: Bearer {key}")
    body = ("--header", "Content-Type: application/json", "--data", json.dumps({"rows": [PENGUIN] * 20}))
    url = f"https://{NAME}/api/v1/endpoints/penguins/predict"
    return machine.run(*CURL, *HERE, *same, *body, url)


def refused(machine: Machine, *argv: str, **options) -> str:
    """Return what a command says that ends with an error."""
    with pytest.raises(RuntimeError) as raised:
        machine.run(*argv, timeout_s=600, **options)
    return str(raised.value)


@pytest.fixture(scope="module")
def backup(box, key) -> dict[str, Any]:
    """A backup in BACKUP, made while clients asked: what it said, and what came of them."""
    with asked(box, key) as found:
        told = box.run("bastide", "backup", "--with-journal", BACKUP, timeout_s=300)
    return {"told": told, **found}


def journal_of(machine: Machine) -> list[str]:
    """Return the files of the rows that penguins were answered by."""
    return machine.run("sh", "-c", "ls /var/lib/bastide/spool/journal/penguins/*/*.rows").split()


def state(machine: Machine) -> str:
    """Return what a restoration would change."""
    listed = "ls -lA --time-style=full-iso /etc/bastide /var/lib/bastide/models; systemctl show -p MainPID bastide-web"
    return machine.run("sh", "-c", listed)


def test_a_backup_is_written_while_predictions_run(box, backup):
    assert "is written and verified" in backup["told"]
    assert backup["failed"] == []
    assert backup["asked"] >= 3  # each of the clients, in the second or two that it takes
    assert box.run("stat", "--format=%a %U", BACKUP).strip() == "600 root"
    assert "is whole" in box.run("bastide", "backup", "--verify", BACKUP)


def trail(machine: Machine, *actions: str) -> list[dict[str, Any]]:
    """Return the facts of the events of these kinds, the oldest first."""
    code = "import json, sqlite3; base = sqlite3.connect('/var/lib/bastide/db.sqlite3')"
    code += "; print(json.dumps(base.execute('SELECT action, after FROM audit_auditevent ORDER BY id').fetchall()))"
    found = json.loads(machine.run("python3", "-c", code))
    return [{"action": action} | json.loads(after) for action, after in found if action in actions]


def test_the_trail_knows_of_each_backup_and_who_made_it(box):
    box.run("bastide", "backup", "--with-journal", OTHER_BACKUP, timeout_s=300)
    by_hand = trail(box, "box_backed_up")[-1]
    assert (by_hand["file"], by_hand["system_account"], by_hand["with_journal"]) == (OTHER_BACKUP, "root", True)


def test_what_the_box_checks_by_itself_is_told_as_that(box, key):
    made = trail(box, "key_made", "key_deleted")
    box.run("systemctl", "start", "bastide-checks.service", timeout_s=120)
    assert trail(box, "key_made", "key_deleted") == made
    assert {"check_key_made", "check_key_ended"} == {
        each["action"] for each in trail(box, "check_key_made", "check_key_ended")[-2:]
    }


def test_root_has_a_persons_rows_deleted(box, key):
    predicted(box, key)
    time.sleep(2)  # by then they are in the journal
    wish = ("--by", "request", "--value", "same", "--user", "admin", "--reason", "case 17", "--yes")
    told = box.run("bastide", "forget", "penguins", *wish, timeout_s=120)
    proof, _end = json.JSONDecoder().raw_decode(told[told.index("{") :])  # around it stands what is said beside
    assert proof["is_complete"] is True
    assert "nothing was deleted" in refused(box, "bastide", "forget", *wish)


def test_a_damaged_backup_is_refused_and_nothing_is_touched(box, backup):
    content = bytearray((box.root / BACKUP.lstrip("/")).read_bytes())
    content[len(content) // 2] ^= 1
    (box.root / "root/damaged").write_bytes(content)
    before = state(box)
    assert "damaged" in refused(box, "bastide", "restore", "--yes", "/root/damaged")
    assert state(box) == before


def test_nobody_who_does_not_confirm_changes_anything(box, backup):
    before = state(box)
    assert "Nothing was changed." in refused(box, "bastide", "restore", BACKUP)
    assert state(box) == before


def test_it_is_restored_on_the_same_machine(box, key, backup):
    answer, owned = predicted(box, key), box.run("sh", "-c", OWNED).splitlines()
    lost = box.run("bastide", "key", "create", "--user", "admin", "--name", "later").strip()
    assert "The box is what it was" in box.run("bastide", "restore", "--yes", BACKUP, timeout_s=300)
    assert predicted(box, key) == answer
    assert "predictions" not in predicted(box, lost)
    assert set(box.run("sh", "-c", OWNED).splitlines()) ^ set(owned) == set()
    assert box.run("stat", "--format=%U %G %a", *journal_of(box)).splitlines()[0] == "bastide bastide-worker 660"


@pytest.mark.long
def test_a_restoration_that_is_killed_is_undone(box, key, backup):
    answer, made = predicted(box, key), box.run("bastide", "key", "create", "--user", "admin", "--name", "kept").strip()
    box.run("systemd-run", "--unit=restoring", "--property=Type=exec", "bastide", "restore", "--yes", BACKUP)
    box.run("timeout", "60", "sh", "-c", f"until [ -e {UNDER_WAY} ]; do sleep 0.02; done")
    box.run("systemctl", "kill", "--signal=KILL", "restoring")
    assert "a restoration was broken off" in box.run("bastide", "doctor", check=False)
    assert "The box is what it was before" in box.run("bastide", "rollback", timeout_s=300)
    box.run("timeout", "60", "sh", "-c", "until curl -skf https://127.0.0.1/readyz; do sleep 0.1; done")
    assert (predicted(box, key), predicted(box, made)) == (answer, answer)


def test_it_is_restored_on_another_machine(box, other, key, backup):
    shutil.copy2(box.root / BACKUP.lstrip("/"), other.root / BACKUP.lstrip("/"))
    told = refused(other, f"{CHECKOUT}/bastide", "restore", "--yes", BACKUP)
    assert "install --no-examples --name box.example" in told
    other.run(f"{CHECKOUT}/bastide", "install", "--no-examples", "--name", "spare.example", timeout_s=900)
    other.run("bastide", "restore", "--yes", BACKUP, timeout_s=300)
    assert journal_of(other)
    assert predicted(other, key) == predicted(box, key)


def test_an_upgrade_and_the_way_back_refuse_nobody_and_what_runs_stays_with_its_release(box, key):
    former, launcher = running(box), changed_checkout(box, **{"CHANGELOG.md": "another\n"})
    with asked(box, key) as found:
        assert "Upgraded" in box.run(launcher, "upgrade", timeout_s=900)
        other = running(box)
        directory = box.run("sh", "-c", "readlink /proc/$(systemctl show -p MainPID --value bastide-web)/cwd").strip()
        box.run("bastide", "rollback", timeout_s=300)
    assert found["failed"] == []
    assert found["asked"] >= ASKED_MEANWHILE
    assert found["again"] <= MOVES  # a kept connection that was closed once a move
    assert (running(box), directory) == (former, f"/opt/bastide/{other}")
    assert other != former


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("\nthis is no Python\n", id="syntax"),
        pytest.param('\nMIDDLEWARE = ["nowhere.Middleware"]\n', id="middleware", marks=LONG),
        pytest.param('\nROOT_URLCONF = "webapp.nowhere"\n', id="addresses", marks=LONG),
    ],
)
def test_a_release_that_does_not_pass_is_never_switched_to(box, key, text):
    former, launcher = running(box), changed_checkout(box, **{"webapp/settings.py": text})
    with asked(box, key) as found:
        refused(box, launcher, "upgrade")
    assert (running(box), found["failed"]) == (former, [])
    assert len(box.run("ls", "/opt/bastide/releases").split()) <= RELEASES_KEPT


@pytest.mark.alone
@pytest.mark.parametrize(
    "breaking",
    [
        pytest.param('    raise RuntimeError("only in its place")\n', id="does not start"),
        pytest.param('    ROOT_URLCONF = "webapp.nowhere"\n', id="answers 500", marks=LONG),
        pytest.param("    import time\n    time.sleep(600)\n", id="hangs", marks=LONG),
    ],
)
def test_a_release_that_fails_in_its_place_is_left_within_ten_seconds(box, key, breaking):
    former, launcher = running(box), changed_checkout(box, **{"webapp/settings.py": f"\n{IN_PLACE}{breaking}"})
    with asked(box, key) as found:
        started_s = time.monotonic()
        box.run("systemctl", "restart", "bastide-web.service")
        start_s = time.monotonic() - started_s
        told = refused(box, launcher, "upgrade")
    assert (running(box), found["failed"]) == (former, [])
    assert len(box.run("ls", "/opt/bastide/releases").split()) <= RELEASES_KEPT
    assert 0 < seconds(told) < max(RETURN_S, RETURN_STARTS * start_s)


@pytest.mark.long
def test_a_release_whose_workers_answer_nothing_is_left(box, key):
    broken = '\n\ndef _read(*_):\n    raise RuntimeError("answers nothing")\n'
    former, launcher = running(box), changed_checkout(box, **{"worker/lane/answering.py": broken})
    answer = predicted(box, key)
    assert "The example row of" in refused(box, launcher, "upgrade")
    assert (running(box), predicted(box, key)) == (former, answer)


@pytest.mark.parametrize("signal", ["TERM", pytest.param("KILL", marks=LONG)])
def test_an_upgrade_that_is_ended_after_the_switch_leaves_the_former_release(box, key, signal):
    former, launcher = running(box), changed_checkout(box, **{"CHANGELOG.md": "ended\n"})
    with asked(box, key) as found:
        switching(box, launcher, "upgrading")
        box.run("systemctl", "kill", f"--signal={signal}", "--kill-whom=main", "upgrading")
        box.run("timeout", "60", "sh", "-c", "while systemctl is-active -q upgrading; do sleep 0.1; done")
        if signal == "KILL":
            assert "was broken off" in box.run("bastide", "doctor", check=False)
            assert "putting back what was before" in box.run("bastide", "rollback", timeout_s=300)
    box.run("systemctl", "reset-failed", "upgrading", check=False)
    assert (running(box), found["failed"]) == (former, [])
    assert "nothing is half done" in box.run("bastide", "doctor", check=False)
    directory = box.run("sh", "-c", "readlink /proc/$(systemctl show -p MainPID --value bastide-web)/cwd").strip()
    assert directory == f"/opt/bastide/{former}"


FAILS = 'raise RuntimeError("no shade")'
FAILS_IN_PLACE = f'if os.environ["BASTIDE_DATA_DIR"] == "/var/lib/bastide": {FAILS}'


@pytest.mark.parametrize(
    "act", [pytest.param(FAILS, id="everywhere", marks=LONG), pytest.param(FAILS_IN_PLACE, id="in its place")]
)
def test_a_migration_that_fails_leaves_the_database_as_it_was(box, key, act):
    former, launcher = running(box), changed_checkout(box, **{NEW: MIGRATION.format(act=act)})
    with asked(box, key) as found:
        assert "no shade" in refused(box, launcher, "upgrade")
    assert (running(box), found["failed"]) == (former, [])
    assert "shade" not in tables(box)


@pytest.mark.long
def test_what_is_made_while_a_release_that_migrated_fails_is_kept_and_told(box, key):
    broken = '\n\ndef _read(*_):\n    raise RuntimeError("answers nothing")\n'
    files = {NEW: MIGRATION.format(act="pass"), "worker/lane/answering.py": broken}
    former, launcher = running(box), changed_checkout(box, **files)
    switching(box, launcher, "migrating")
    box.run("bastide", "key", "create", "--user", "admin", "--name", "meanwhile")
    box.run("timeout", "60", "sh", "-c", "while systemctl is-active -q migrating; do sleep 0.1; done")
    told = box.run("journalctl", "-u", "migrating", "-o", "cat")
    box.run("systemctl", "reset-failed", "migrating", check=False)
    kept = re.search(r"with (\d+) entries of the audit trail more, is kept in (\S+)", told)
    assert kept, told
    assert running(box) == former
    assert "shade" not in tables(box)
    assert "shade" in tables(box, kept[2])


@pytest.mark.long
def test_a_rollback_takes_a_migrated_database_along(box, key):
    former, launcher = running(box), changed_checkout(box, **{NEW: MIGRATION.format(act="pass")})
    with asked(box, key) as found:
        box.run(launcher, "upgrade", timeout_s=900)
        assert "shade" in tables(box)
        assert "Nothing was changed." in refused(box, "bastide", "rollback")
        assert "downgrade" in refused(box, f"{CHECKOUT}/bastide", "upgrade")
        told = box.run("bastide", "rollback", "--yes", timeout_s=300)
    assert "given up" in told
    assert (running(box), found["failed"]) == (former, [])
    assert "shade" not in tables(box)


def seconds(told: str) -> float:
    """Return for how long the box was between two releases."""
    return float(told.partition("after the switch: ")[2].partition(" s")[0])
