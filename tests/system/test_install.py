"""The box is installed on a real Debian with one command, and does there what it is for."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Error, sync_playwright

from appliance.tls import keeping
from appliance.tls.directory import TlsDirectory
from appliance.tls.encoding import pem_of_chain, pem_of_key
from tests.appliance.tls.company import OTHER_NAMES, leaf_draft, new_key, signed
from tests.appliance.tls.server import served
from tests.e2e import chromium
from tests.system.installation import ADDRESS, NAME
from tests.system.machine import CHECKOUT, Machine
from tests.system.penguin import PENGUIN
from tests.system.scanning import sslyze
from tests.system.visiting import within
from tests.system.watching import UNITS, replaced_after_s

pytestmark = pytest.mark.system

KILLED_WITHIN_S = 10
INSTALLED_WITHIN_S = 300

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
QUEUE = "/run/bastide/lane/redis.sock"
tried("the queue's name, removed", lambda: os.unlink(QUEUE))
tried("the queue's name, moved", lambda: os.rename(QUEUE, QUEUE + ".gone"))
tried("the queue's name, bound", lambda: socket.socket(socket.AF_UNIX).bind(QUEUE))
tried("a name beside it, bound", lambda: socket.socket(socket.AF_UNIX).bind(QUEUE + ".new"))
tried("a file beside it", lambda: pathlib.Path(QUEUE + ".new").write_text("x"))
tried("a link beside it", lambda: os.symlink("/tmp/x", QUEUE + ".new"))
for place in ("/opt/bastide/current/x", "/var/lib/bastide/models/x", "/etc/x", "/usr/x", "/var/lib/bastide/x"):
    tried(place, lambda: pathlib.Path(place).write_text("x"))
others = [pid for pid in os.listdir("/proc") if pid.isdigit() and os.stat(f"/proc/{pid}").st_uid != os.getuid()]
print("other people's processes", others)
"""
QUEUE_LEFT_ALONE = """
import os, pathlib, socket
def tried(what):
    try:
        what()
    except OSError as error:
        print(type(error).__name__)
    else:
        print("GOT THROUGH")
where = "/run/bastide/lane/redis.sock"
tried(lambda: os.unlink(where))
for name in (where, where + ".new"):
    tried(lambda: socket.socket(socket.AF_UNIX).bind(name))
tried(lambda: pathlib.Path(where + ".new").write_text("x"))
tried(lambda: os.symlink("/tmp/x", where + ".new"))
tried(lambda: os.mkdir(where + ".new"))
socket.socket(socket.AF_UNIX).connect(where)
print("connected")
"""
DOORS = """
import os, socket
for name in os.listdir("/run/bastide/doors"):
    socket.socket(socket.AF_UNIX).connect("/run/bastide/doors/" + name)
    print("entered")
try:
    socket.socket(socket.AF_UNIX).bind("/run/bastide/doors/mine")
except PermissionError:
    print("and made none")
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


def test_an_installation_takes_minutes(installed):
    told = re.search(r"^Installed in (\d+) s\.$", installed.notes["install"], re.MULTILINE)
    assert told
    took_s = float(installed.notes["took_s"])
    print(f"installed in {told[1]} s, {took_s:.0f} s with all that the command needs itself")
    assert int(told[1]) <= took_s <= INSTALLED_WITHIN_S


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
    told = within(installed, "bastide-jobs.service", ".venv/bin/python", "-c", ACROSS_THE_WALL)
    assert "GOT THROUGH" not in told
    assert told.count("refused") == 19
    assert "other people's processes []" in told


def test_nobody_takes_the_name_of_the_queue_while_it_restarts(installed, key):
    for account in ("bastide-worker", "bastide"):  # without the sandbox of a service: the directory alone
        became = ("setpriv", f"--reuid={account}", f"--regid={account}", "--init-groups")
        told = installed.run(*became, "python3", "-c", QUEUE_LEFT_ALONE).split()
        assert told == ["PermissionError", "OSError", *["PermissionError"] * 4, "connected"]
    assert predict(installed, key)["predictions"]


def test_the_site_goes_in_at_the_doors_of_the_workers_and_makes_none(installed):
    as_the_site = ("setpriv", "--reuid=bastide", "--regid=bastide", "--init-groups")
    told = installed.run(*as_the_site, "python3", "-c", DOORS)
    workers = installed.run("systemctl", "list-units", "--plain", "--no-legend", "bastide-inference@*").count(
        ".service"
    )
    assert told.splitlines() == ["entered"] * workers + ["and made none"]
    assert "by Redis alone" not in installed.run("journalctl", "-u", "bastide-inference@*", "-o", "cat")


@pytest.mark.alone
@pytest.mark.parametrize("unit", UNITS)
def test_a_killed_process_answers_again(installed, key, unit):
    took_s = replaced_after_s(installed, unit, "--signal=KILL", "--kill-whom=main")
    assert predict(installed, key).get("predictions")
    print(f"{unit}: killed, and back after {took_s:.1f} s")
    assert took_s <= KILLED_WITHIN_S


def test_sslyze_finds_nothing_that_is_not_as_mozilla_says(installed):
    authority = str(installed.root / "etc/bastide/tls/authority.crt")
    server = f"{NAME}:443{{{installed.address}}}"
    done = sslyze("--mozilla_config=intermediate", f"--certinfo_ca_file={authority}", server)
    assert (done.returncode, "OK - Compliant." in done.stdout) == (0, True), done.stdout[-1000:] + done.stderr[-1000:]


def test_a_colleagues_browser_with_the_policy_opens_the_box_and_nobody_elses_site(installed, tmp_path):
    policy = curl(installed, f"http://{NAME}/trust/chrome-policies.json").encode()
    authority, key = keeping.authority_of(TlsDirectory(root=installed.root / "etc/bastide/tls")), new_key()
    assert authority, "The installation made one"
    (tmp_path / "key").write_bytes(pem_of_key(key))
    forged = signed(leaf_draft(key.public_key(), OTHER_NAMES), authority)
    (tmp_path / "chain").write_bytes(pem_of_chain(forged, authority.certificate))
    with served(tmp_path / "chain", tmp_path / "key") as port, sync_playwright() as playwright:
        hosts = {NAME: f"{installed.address}:443", "bank.example": f"127.0.0.1:{port}"}
        without = pytest.raises(Error, match="ERR_CERT_AUTHORITY_INVALID")
        with chromium.opened(playwright.chromium, hosts) as page, without:
            chromium.visit(page, f"https://{NAME}/")
        with chromium.policy(policy), chromium.opened(playwright.chromium, hosts) as page:
            chromium.visit(page, f"https://{NAME}/")
            assert page.locator("input[name=password]").count() == 1
            assert page.evaluate("window.isSecureContext")
            with pytest.raises(Error, match="ERR_CERT_INVALID"):
                chromium.visit(page, "https://bank.example/")


def test_the_data_plane_may_not_take_what_is_meant_for_the_control_plane(installed):
    login = installed.run("cat", "/etc/bastide/credentials/queue-data").split()[1]
    asked = ("redis-cli", "-s", "/run/bastide/lane/redis.sock", "--user", "data", "--pass", login, "--no-auth-warning")
    for command in (("BRPOP", "control", "1"), ("HGETALL", "unacked"), ("FLUSHALL",)):
        assert "NOPERM" in installed.run(*asked, *command)


def test_a_nightly_backup_is_written_by_the_timers_own_unit(installed):
    installed.run("systemctl", "start", "bastide-backup.service", timeout_s=300)
    (path,) = installed.run("sh", "-c", "ls /var/backups/bastide/*.backup").split()
    assert "is whole" in installed.run("bastide", "backup", "--verify", path)
    installed.run("systemctl", "start", "bastide-retention.service", timeout_s=120)
    shown = installed.run("systemctl", "show", "bastide-retention", "bastide-backup", "--property=Result")
    assert shown.split() == ["Result=success"] * 2
