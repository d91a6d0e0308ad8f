"""The box is installed on a real Debian with one command, and does there what it is for."""

import json
import re
import time
from typing import Any

import pytest

from tests.system.conftest import ADDRESS, NAME
from tests.system.machine import CHECKOUT, Machine
from tests.system.penguin import PENGUIN

pytestmark = pytest.mark.system

BUSY_S = 30
"""A quiet machine takes a few seconds; tests beside it make it wait for its processors."""

CURL = ("curl", "--silent", "--show-error", "--max-time", "20", "--cacert", "/etc/bastide/tls/authority.crt")
HERE = ("--resolve", f"{NAME}:443:127.0.0.1", "--resolve", f"{NAME}:80:127.0.0.1")
ACROSS_THE_WALL = """
import os, pathlib, socket, sys
def tried(name, what):
    try:
        what()
    except OSError as error:
        print(name, "refused", type(error).__name__)
    else:
        print(name, "GOT THROUGH")
tried("internet socket", lambda: socket.socket(socket.AF_INET))
tried("shadow", lambda: pathlib.Path("/etc/shadow").read_text())
tried("root's home", lambda: os.listdir("/root"))
tried("home", lambda: pathlib.Path("/home/ada/notes").read_text())
tried("database", lambda: pathlib.Path("/var/lib/bastide/db.sqlite3").read_bytes())
tried("first password", lambda: pathlib.Path("/var/lib/bastide/admin-password").read_text())
tried("settings", lambda: os.listdir("/etc/bastide"))
tried("the site's socket", lambda: socket.socket(socket.AF_UNIX).connect("/run/bastide/web.sock"))
tried("another's queue socket", lambda: os.unlink("/run/bastide/lane/redis.sock"))
for place in ("/opt/bastide/current/x", "/var/lib/bastide/models/x", "/etc/x", "/usr/x", "/var/lib/bastide/x"):
    tried(place, lambda: pathlib.Path(place).write_text("x"))
others = [pid for pid in os.listdir("/proc") if pid.isdigit() and os.stat(f"/proc/{pid}").st_uid != os.getuid()]
print("other people's processes", others)
"""


def curl(machine: Machine, *options: str) -> str:
    return machine.run(*CURL, *HERE, *options)


def key_of_admin(machine: Machine) -> str:
    return machine.run("bastide", "key", "create", "--user", "admin", "--name", "test").strip()


@pytest.fixture(scope="module")
def key(installed):
    return key_of_admin(installed)


def predict(machine: Machine, key: str) -> Any:
    body = ("--header", "Content-Type: application/json", "--data", json.dumps({"rows": [PENGUIN]}))
    url = f"https://{NAME}/api/v1/endpoints/penguins/predict"
    return json.loads(curl(machine, "--header", f"Authorization: Bearer {key}", *body, url))


def test_a_plan_tells_all_and_touches_nothing(installed):
    plan = installed.notes["plan"]
    for named in (
        "package nginx-light",
        "user bastide-worker",
        "/etc/systemd/system/bastide-web.service",
        "/opt/bastide/",
    ):
        assert named in plan
    assert not installed.notes["touched by the plan"]
    made = installed.run("find", "/etc/bastide", "/etc/systemd/system", "-name", "bastide*", "-type", "f").split()
    assert [path for path in made if path not in plan] == []


def test_the_end_of_an_installation_tells_where_the_box_is(installed):
    told = installed.notes["install"]
    assert f"Bastide is ready at https://{NAME} (user admin, password in /var/lib/bastide/admin-password)" in told
    fingerprint = installed.run(
        "openssl", "x509", "-in", "/etc/bastide/tls/authority.crt", "-noout", "-fingerprint", "-sha256"
    )
    assert fingerprint.strip().partition("=")[2] == ":".join(
        re.findall(r"^  ((?:[0-9A-F]{2}:){7}[0-9A-F]{2})$", told, re.MULTILINE)
    )


def test_every_unit_runs_and_stays(installed):
    shown = installed.notes["units"]
    units = [dict(line.split("=", 1) for line in block.splitlines()) for block in shown.strip().split("\n\n")]
    assert {unit["ActiveState"] for unit in units} == {"active"}
    assert {unit.get("NRestarts", "0") for unit in units} == {"0"}
    assert len(units) >= 12


def test_the_login_page_is_there_by_tls(installed):
    head = curl(installed, "--head", f"https://{NAME}/login/")
    assert head.startswith("HTTP/2 200")
    assert len(re.findall(r"(?im)^strict-transport-security:", head)) == 1
    assert curl(installed, "--head", f"http://{NAME}/login/").startswith("HTTP/1.1 308")


def test_a_prediction_and_a_job(installed, key):
    assert predict(installed, key)["predictions"][0]["prediction"] == "Chinstrap"
    header = ",".join(PENGUIN)
    row = ",".join(str(value) for value in PENGUIN.values())
    (installed.root / "root/rows.csv").write_text(f"{header}\n" + f"{row}\n" * 500)
    told = installed.run(
        *("bastide", "job", "run", "/root/rows.csv", "--endpoint", "penguins", "-o", "/root/answered.csv"),
        timeout_s=120,
        variables={"BASTIDE_API_KEY": key},
    )
    assert "500" in told
    lines = (installed.root / "root/answered.csv").read_text().splitlines()
    assert len(lines) == 501
    assert "Chinstrap" in lines[1]


def test_a_second_installation_changes_nothing(installed):
    stamp = "find /etc/bastide /etc/systemd/system /opt/bastide -type f -printf '%p %T@ %m %u\\n' | sort | sha256sum"
    before = installed.run("sh", "-c", stamp)
    told = installed.run(f"{CHECKOUT}/bastide", "install", "--name", NAME, "--name", ADDRESS, timeout_s=300)
    assert "Nothing had to be changed." in told
    assert installed.run("sh", "-c", stamp) == before


def test_what_a_model_gets_hold_of_is_worth_nothing(installed):
    installed.run("sh", "-c", "mkdir -p /home/ada && echo secret > /home/ada/notes && chmod -R a+rX /home/ada")
    unit = installed.run("systemctl", "cat", "bastide-jobs.service")
    words = re.findall(
        r"^(?!Exec|Restart|\[|#|Type|Slice|Description|PartOf|After|Start|Wanted|Timeout)(\w+=.*)$", unit, re.MULTILINE
    )
    options = [f"--property={word}" for word in words]
    told = installed.run(
        *(
            "systemd-run",
            "--quiet",
            "--wait",
            "--pipe",
            "--collect",
            *options,
            "/usr/bin/env",
            ".venv/bin/python",
            "-c",
        ),
        ACROSS_THE_WALL,
    )
    assert "GOT THROUGH" not in told
    assert told.count("refused") == 14
    assert "other people's processes []" in told


@pytest.mark.parametrize(
    "unit", ["bastide-web", "bastide-inference@1", "bastide-redis", "bastide-nginx", "bastide-control"]
)
def test_a_killed_process_answers_again(installed, key, unit):
    installed.run("systemctl", "kill", "--signal=KILL", "--kill-whom=main", f"{unit}.service")
    deadline_s = time.monotonic() + BUSY_S
    while True:
        try:
            if predict(installed, key).get("predictions"):
                break
        except (RuntimeError, ValueError):
            pass
        assert time.monotonic() < deadline_s
        time.sleep(0.1)
