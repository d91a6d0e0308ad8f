"""Backups, restorations, upgrades and the way back on a real Debian, while clients ask for predictions."""

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from appliance.paths import ROOT
from tests.system.conftest import ADDRESS, NAME
from tests.system.machine import CHECKOUT, Machine
from tests.system.penguin import PENGUIN
from tests.system.test_install import CURL, HERE, key_of_admin

pytestmark = [pytest.mark.system, pytest.mark.long]

ASKING = ROOT / "tests/system/asking.py"
OTHER = "/root/other"
BACKUP = "/root/box.backup"
RETURN_S = 10.0
IN_PLACE = 'import os\nif os.environ.get("BASTIDE_DATA_DIR") == "/var/lib/bastide" and "LISTEN_FDS" in os.environ:\n'


@pytest.fixture(scope="module")
def machines(release: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Machine, Machine]]:
    """The box, and another machine, on which nothing is installed yet."""
    first, second = (Machine(Path(tmp_path_factory.mktemp(f"{release}-{each}")), release) for each in (1, 2))
    with first, second:
        for machine in (first, second):
            machine.bring_checkout()
            shutil.copy2(ASKING, machine.root / "root/asking.py")
        first.run(f"{CHECKOUT}/bastide", "install", "--name", NAME, "--name", ADDRESS, timeout_s=900)
        environment = f"{CHECKOUT}/.venv".lstrip("/")
        shutil.copytree(first.root / environment, second.root / environment, symlinks=True)
        yield first, second


@pytest.fixture(scope="module")
def box(machines):
    return machines[0]


@pytest.fixture(scope="module")
def key(box):
    return key_of_admin(box)


def predicted(machine: Machine, key: str) -> str:
    """Return the very bytes of an answer."""
    same = ("--header", "X-Request-Id: same", "--header", f"Authorization: Bearer {key}")
    body = ("--header", "Content-Type: application/json", "--data", json.dumps({"rows": [PENGUIN] * 20}))
    url = f"https://{NAME}/api/v1/endpoints/penguins/predict"
    return machine.run(*CURL, *HERE, *same, *body, url)


def running(machine: Machine) -> str:
    return machine.run("readlink", "/opt/bastide/current").strip()


@contextmanager
def asked(machine: Machine, key: str) -> Iterator[dict[str, Any]]:
    """Ask for predictions all the while, on one connection and on ever new ones; give what came of it at the end."""
    found: dict[str, Any] = {}
    (machine.root / "root/stop").unlink(missing_ok=True)
    command = [
        "nsenter",
        "--target",
        str(machine.leader),
        "--all",
        "--wd=/root",
        "--",
        "env",
        "-i",
        "PATH=/usr/bin:/bin",
    ]
    argv = [[*command, "python3", "/root/asking.py", key, mode] for mode in ("keep", "close")]
    clients = [subprocess.Popen(each, stdout=subprocess.PIPE, text=True) for each in argv]
    try:
        time.sleep(1)
        yield found
        time.sleep(1)
    finally:
        (machine.root / "root/stop").touch()
        told = [json.loads(client.communicate(timeout=60)[0]) for client in clients]
    found["asked"] = min(each["asked"] for each in told)
    found["failed"] = [problem for each in told for problem in each["failed"]]


def changed_checkout(machine: Machine, **files: str) -> str:
    """Lay a copy of the checkout beside it, in which some files are other. Return its launcher."""
    shutil.rmtree(machine.root / OTHER.lstrip("/"), ignore_errors=True)
    subprocess.run(
        ["cp", "-a", str(machine.root / CHECKOUT.lstrip("/")), str(machine.root / OTHER.lstrip("/"))], check=True
    )
    for name, text in files.items():
        path = machine.root / OTHER.lstrip("/") / name
        path.write_text(text if name not in {"webapp/settings.py", "manage.py"} else path.read_text() + text)
    return f"{OTHER}/bastide"


def refused(machine: Machine, *argv: str, **options) -> str:
    """Return what a command says that ends with an error."""
    with pytest.raises(RuntimeError) as raised:
        machine.run(*argv, timeout_s=600, **options)
    return str(raised.value)


@pytest.fixture(scope="module")
def backup(box, key) -> dict[str, Any]:
    """A backup in BACKUP, made while clients asked: what it said, and what came of them."""
    with asked(box, key) as found:
        told = box.run("bastide", "backup", BACKUP, timeout_s=300)
    return {"told": told, **found}


def state(machine: Machine) -> str:
    """Return what a restoration would change."""
    listed = "ls -lA --time-style=full-iso /etc/bastide /var/lib/bastide/models; systemctl show -p MainPID bastide-web"
    return machine.run("sh", "-c", listed)


def test_a_backup_is_written_while_predictions_run(box, backup):
    assert "is written and verified" in backup["told"]
    assert backup["failed"] == []
    assert backup["asked"] > 20
    assert box.run("stat", "--format=%a %U", BACKUP).strip() == "600 root"
    assert "is whole" in box.run("bastide", "backup", "--verify", BACKUP)


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
    answer = predicted(box, key)
    lost = box.run("bastide", "key", "create", "--user", "admin", "--name", "later").strip()
    assert "The box is what it was" in box.run("bastide", "restore", "--yes", BACKUP, timeout_s=300)
    assert predicted(box, key) == answer
    assert "predictions" not in predicted(box, lost)


def test_it_is_restored_on_another_machine(machines, key, backup):
    box, other = machines
    shutil.copy2(box.root / BACKUP.lstrip("/"), other.root / BACKUP.lstrip("/"))
    told = refused(other, f"{CHECKOUT}/bastide", "restore", "--yes", BACKUP)
    assert "install --no-examples --name box.example" in told
    other.run(f"{CHECKOUT}/bastide", "install", "--no-examples", "--name", "spare.example", timeout_s=900)
    other.run("bastide", "restore", "--yes", BACKUP, timeout_s=300)
    assert predicted(other, key) == predicted(box, key)


def test_an_upgrade_and_the_way_back_refuse_nobody_and_what_runs_stays_with_its_release(box, key):
    former, launcher = running(box), changed_checkout(box, **{"CHANGELOG.md": "another\n"})
    with asked(box, key) as found:
        assert "Upgraded" in box.run(launcher, "upgrade", timeout_s=900)
        other = running(box)
        directory = box.run("sh", "-c", "readlink /proc/$(systemctl show -p MainPID --value bastide-web)/cwd").strip()
        box.run("bastide", "rollback", timeout_s=300)
    assert found["failed"] == []
    assert (running(box), directory) == (former, f"/opt/bastide/{other}")
    assert other != former


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("webapp/settings.py", "\nthis is no Python\n", "cannot import"),
        ("webapp/settings.py", '\nMIDDLEWARE = ["nowhere.Middleware"]\n', "does not"),
        ("webapp/settings.py", '\nROOT_URLCONF = "webapp.nowhere"\n', "The release"),
    ],
    ids=["syntax", "middleware", "addresses"],
)
def test_a_release_that_does_not_pass_is_never_switched_to(box, key, file, text, said):
    former, launcher = running(box), changed_checkout(box, **{file: text})
    with asked(box, key) as found:
        refused(box, launcher, "upgrade")
    assert (running(box), found["failed"]) == (former, [])


@pytest.mark.parametrize(
    "breaking",
    ['    raise RuntimeError("only in its place")\n', '    ROOT_URLCONF = "webapp.nowhere"\n'],
    ids=["does not start", "answers 500"],
)
def test_a_release_that_fails_in_its_place_is_left_within_ten_seconds(box, key, breaking):
    former, launcher = running(box), changed_checkout(box, **{"webapp/settings.py": f"\n{IN_PLACE}{breaking}"})
    with asked(box, key) as found:
        told = refused(box, launcher, "upgrade")
    assert (running(box), found["failed"]) == (former, [])
    assert 0 < seconds(told) < RETURN_S


MIGRATION = """
import os
from django.db import migrations, models
def run(apps, schema_editor):
    {act}
class Migration(migrations.Migration):
    dependencies = [("registry", "0007_who_asked")]
    operations = [
        migrations.AddField("registeredmodel", "shade", models.CharField(max_length=9, default="", db_default="")),
        migrations.RunPython(run, migrations.RunPython.noop),
    ]
"""
NEW = "webapp/registry/migrations/0008_shade.py"
FAILS = 'raise RuntimeError("no shade")'
FAILS_IN_PLACE = f'if os.environ["BASTIDE_DATA_DIR"] == "/var/lib/bastide": {FAILS}'


def tables(machine: Machine) -> str:
    """Return what the database says of the models' table."""
    asked = "import sqlite3; print(sqlite3.connect('/var/lib/bastide/db.sqlite3').execute("
    asked += "\"SELECT sql FROM sqlite_master WHERE name = 'registry_registeredmodel'\").fetchone())"
    return machine.run("python3", "-c", asked)


@pytest.mark.parametrize("act", [FAILS, FAILS_IN_PLACE], ids=["everywhere", "in its place"])
def test_a_migration_that_fails_leaves_the_database_as_it_was(box, key, act):
    former, launcher = running(box), changed_checkout(box, **{NEW: MIGRATION.format(act=act)})
    with asked(box, key) as found:
        assert "no shade" in refused(box, launcher, "upgrade")
    assert (running(box), found["failed"]) == (former, [])
    assert "shade" not in tables(box)


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
