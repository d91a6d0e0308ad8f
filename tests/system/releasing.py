"""Other releases beside the one that runs on a machine, and clients that ask all the while."""

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from tests.system.machine import CHECKOUT, Machine

CURRENT: Final = "/opt/bastide/current"
OTHER: Final = "/root/other"
MIGRATION: Final = """
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
NEW: Final = "webapp/registry/migrations/0008_shade.py"


def running(machine: Machine) -> str:
    return machine.run("readlink", CURRENT).strip()


def switching(machine: Machine, launcher: str, unit: str) -> None:
    """Begin an upgrade in a unit of its own. Return when it has switched to the other release, and goes on."""
    former = running(machine)
    machine.run("systemd-run", f"--unit={unit}", "--property=Type=exec", launcher, "upgrade")
    switched = f"until [ $(readlink {CURRENT}) != {former} ]; do sleep 0.05; done"
    machine.run("timeout", "600", "sh", "-c", switched, timeout_s=620)


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
    found["again"] = sum(each["again"] for each in told)


def changed_checkout(machine: Machine, **files: str) -> str:
    """Lay a copy of the checkout beside it, in which some files are other. Return its launcher.

    What begins with an empty line is added to a file that is there.
    """
    checkout, other = (machine.root / each.lstrip("/") for each in (CHECKOUT, OTHER))
    shutil.rmtree(other, ignore_errors=True)
    other.mkdir()
    # Its packages are the same files: the machine's disk is this machine's memory.
    subprocess.run(["cp", "-a", "--link", checkout / ".venv", other], check=True)
    everything = [path for path in checkout.iterdir() if path.name != ".venv"]
    subprocess.run(["cp", "-a", *everything, other], check=True)
    for name, text in files.items():
        path = machine.root / OTHER.lstrip("/") / name
        former = path.read_text() if path.exists() and text.startswith("\n") else ""
        path.write_text(former + text)
    return f"{OTHER}/bastide"


def tables(machine: Machine, database: str = "/var/lib/bastide/db.sqlite3") -> str:
    """Return what a database says of the models' table."""
    asked = f"import sqlite3; print(sqlite3.connect('{database}').execute("
    asked += "\"SELECT sql FROM sqlite_master WHERE name = 'registry_registeredmodel'\").fetchone())"
    return machine.run("python3", "-c", asked)
