"""An installed box says how it is, and what is wrong with it: broken on purpose, one thing after the other."""

import ipaddress
import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from tests.appliance.tls.acme.running_pebble import RunningPebble
from tests.running_box import eventually
from tests.system.installation import ADDRESS, NAME
from tests.system.looking import SETTINGS, edited, findings, is_well_within, wrong
from tests.system.machine import Machine

pytestmark = pytest.mark.system

FINDINGS = "/run/bastide/care/findings.json"
FORCED = Path("/etc/systemd/system/bastide-certificate.service.d/forced.conf")
WEB = "etc/systemd/system/bastide-web.service"


def exit_status(machine: Machine, command: str) -> int:
    return int(machine.run("sh", "-c", f"{command} >/dev/null 2>&1; echo $?"))


def general_names(names: list[str]) -> list[x509.GeneralName]:
    addresses = [x509.IPAddress(ipaddress.ip_address(name)) for name in names if name == ADDRESS]
    return [*(x509.DNSName(name) for name in names if name != ADDRESS), *addresses]


def certificate(names: list[str], days: int) -> bytes:
    """Return a certificate for these names that ends so many days from now."""
    key, end = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC) + timedelta(days=days)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, names[0])])
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(end - timedelta(days=90))
        .not_valid_after(end)
        .add_extension(x509.SubjectAlternativeName(general_names(names)), critical=False)
    )
    return made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)


def certificate_file(machine: Machine) -> Path:
    return machine.root / machine.run("readlink", "-f", "/etc/bastide/tls/box.crt").strip().lstrip("/")


def test_a_fresh_box_is_well(installed):
    shown = json.loads(installed.run("bastide", "status", "--json"))
    assert shown["well"] is True
    assert {unit["state"] for unit in shown["units"]} == {"active"}
    assert shown["certificate_days"] > 80
    assert "Everything runs." in installed.run("bastide", "status")


def test_a_fresh_box_has_nothing_wrong(installed):
    assert wrong(installed) == {}
    assert findings(installed)["prediction"]["status"] == "passed"
    assert exit_status(installed, "bastide doctor") in {0, 2}


def test_the_key_of_the_prediction_is_gone(installed):
    code = "import sqlite3; print(*sqlite3.connect('/var/lib/bastide/db.sqlite3').execute({!r}).fetchone())"
    keys = code.format("select count(*) from accounts_apikey where label like '%doctor%'")
    assert findings(installed)["prediction"]["status"] == "passed"
    assert installed.run("/opt/bastide/current/.venv/bin/python", "-c", keys).strip() == "0"


def test_whoever_is_not_root_is_told(installed):
    told = installed.run("setpriv", "--reuid=nobody", "--clear-groups", "bastide", "doctor", check=False)
    assert "Only root" in told


def test_the_journal_of_a_unit(installed):
    shown = installed.run("bastide", "logs", "--lines", "20", "web")
    assert "gunicorn" in shown or "bastide-web" in shown
    assert len(shown.splitlines()) <= 20
    assert "redis" in installed.run("bastide", "logs", "redis", "--since", "today").lower()
    assert "The box has no unit 'postgres'." in installed.run("bastide", "logs", "postgres", check=False)


def test_the_hourly_look_is_on_the_box_page(installed):
    installed.run("systemctl", "start", "bastide-checks.service")
    key = installed.run("bastide", "key", "create", "--user", "admin", "--name", "test").strip()
    shown = installed.run(
        *("curl", "--silent", "--cacert", "/etc/bastide/tls/authority.crt", "--resolve", f"{NAME}:443:{ADDRESS}"),
        *("--header", f"Authorization: Bearer {key}", f"https://{NAME}/api/v1/box"),
    )
    found = {each["id"]: each["status"] for each in json.loads(shown)["findings"]}
    assert found["answers"] == "passed"
    assert found["exposure"] == "passed"
    assert found["prediction"] == "passed"
    rows = installed.run(
        "sh", "-c", "cat /var/lib/bastide/spool/journal/*/*/*.rows 2>/dev/null | grep -ac check:", check=False
    )
    assert rows.strip() == "0"  # it is nobody's row
    assert set(found.values()) <= {"passed", "warning"}
    assert installed.run("stat", "-c", "%U %G %a", FINDINGS).strip() == "bastide-care bastide 640"
    installed.run("bastide", "doctor", check=False)
    assert installed.run("stat", "-c", "%U %G %a", FINDINGS).strip() == "bastide-care bastide 640"


def test_the_hourly_look_fails_where_something_is_wrong(installed):
    installed.run("systemctl", "stop", "bastide-redis.service")
    try:
        assert exit_status(installed, "systemctl start bastide-checks.service") != 0
    finally:
        installed.run("systemctl", "start", "bastide-redis.service")
        installed.run("systemctl", "reset-failed", "bastide-checks.service")
    assert is_well_within(installed, 20)


def test_a_queue_that_stands_still(installed):
    installed.run("systemctl", "stop", "bastide-redis.service")
    try:
        found = wrong(installed)
        assert {"unit_redis", "sockets", "answers", "queue"} <= found.keys()
        assert found["unit_redis"]["hint"].startswith("sudo systemctl start bastide-redis.service")
        assert exit_status(installed, "bastide status") == 1
        assert exit_status(installed, "bastide doctor") == 1
    finally:
        installed.run("sh", "-c", found["unit_redis"]["hint"].partition(";")[0].removeprefix("sudo "))
    assert is_well_within(installed, 20)


def test_a_worker_that_keeps_ending(installed):
    assert "unit_jobs" not in findings(installed)
    installed.run("sh", "-c", "kill -KILL $(systemctl show --property=MainPID --value bastide-jobs.service)")
    time.sleep(3)
    found = wrong(installed)
    assert found["unit_jobs"]["hint"] == "see why: sudo bastide logs jobs"
    installed.run("systemctl", "stop", "bastide-jobs.service")
    installed.run("systemctl", "start", "bastide-jobs.service")
    assert wrong(installed) == {}


@pytest.mark.parametrize(("days", "status"), [(-1, "failed"), (3, "failed"), (20, "warning")])
def test_a_certificate_that_ends(installed, days, status):
    with edited(certificate_file(installed), certificate([NAME, ADDRESS], days)):
        found = wrong(installed)
        assert found["certificate"]["status"] == status
        assert found["certificate"]["hint"] == "sudo bastide tls renew"
        assert exit_status(installed, "bastide status") == (1 if days < 0 else 0)


def test_a_certificate_for_another_box(installed):
    with edited(certificate_file(installed), certificate(["other.example"], 80)):
        found = wrong(installed)
    assert found["certificate_names"]["measured"] == f"not for {NAME}, {ADDRESS}"
    assert found["certificate_names"]["hint"].startswith("sudo bastide install --name")
    assert f"--name {NAME}" in found["certificate_names"]["hint"]


def test_a_unit_that_was_changed_by_hand(installed):
    path = installed.root / WEB
    path.write_text(path.read_text().replace("ProtectSystem=strict\nProtectHome=yes\n", ""))
    installed.run("systemctl", "daemon-reload")
    found = wrong(installed)
    assert found["unit_files"]["measured"] == "changed by hand: bastide-web.service"
    assert found["exposure"]["measured"].startswith("bastide-web.service: 0.")
    installed.run("sh", "-c", found["unit_files"]["hint"].partition(";")[0].replace("sudo ", ""))
    assert is_well_within(installed, 30)


def test_a_front_that_would_not_start_again(installed):
    path = installed.root / "etc/bastide/nginx/nginx.conf"
    with edited(path, path.read_text().replace("sendfile on;", "sendfiles on;")):
        found = wrong(installed)
        assert exit_status(installed, "systemctl start bastide-checks.service") != 0
    assert found["front_configuration"]["measured"].startswith('unknown directive "sendfiles" in /etc/bastide/nginx/')
    assert "front_configuration" not in wrong(installed)
    installed.run("systemctl", "start", "bastide-checks.service")
    assert installed.run("stat", "--format=%U", "/run/bastide-nginx/body").strip() == "bastide-nginx"


def test_a_bound_on_connections_that_is_gone(installed):
    installed.run("nft", "flush", "ruleset")
    found = wrong(installed)
    assert found["connections"]["measured"] == "none: the rules are not in the kernel"
    installed.run("sh", "-c", found["connections"]["hint"].partition(";")[0].removeprefix("sudo "))
    assert "connections" not in wrong(installed)


def test_a_bound_on_connections_that_an_admin_switches_off_and_on(installed):
    installed.run("nft", "add table inet of_the_admin")
    installed.run("bastide", "config", "set", "BASTIDE_CONNECTIONS_MAX", "off")
    installed.run("bastide", "install", timeout_s=300)
    assert installed.run("nft", "list", "tables").splitlines() == ["table inet of_the_admin"]
    assert findings(installed)["connections"]["measured"] == "switched off in the settings"
    installed.run("bastide", "config", "unset", "BASTIDE_CONNECTIONS_MAX")
    installed.run("bastide", "install", timeout_s=300)
    assert set(installed.run("nft", "list", "tables").splitlines()) == {"table inet of_the_admin", "table inet bastide"}


def test_a_kernel_without_syn_cookies(installed):
    installed.run("sh", "-c", "echo 0 > /proc/sys/net/ipv4/tcp_syncookies")
    found = wrong(installed)
    installed.run("sh", "-c", "echo 1 > /proc/sys/net/ipv4/tcp_syncookies")
    assert found["syn_cookies"]["status"] == "warning"


def test_a_setting_that_cannot_be_meant(installed):
    path = installed.root / SETTINGS
    with edited(path, f"{path.read_text()}\nBASTIDE_JOB_DAYS=seven\nBASTIDE_JOBS_DAYS=7\n"):
        found = wrong(installed)
    assert found["setting_bastide_job_days"]["measured"] == "BASTIDE_JOB_DAYS is 'seven'"
    assert found["setting_bastide_jobs_days"]["measured"] == "nothing reads BASTIDE_JOBS_DAYS"


def test_a_check_that_only_a_new_machine_must_pass_refuses_no_installed_box(installed):
    with edited(installed.root / "usr/lib/os-release", "ID=other\nVERSION_ID=1\n"):
        told = installed.run("bastide", "install", "--force", "a trial", timeout_s=300)
    assert "  warning: Operating system: " in told
    assert "--force was not needed" in told
    assert json.loads(installed.run("cat", "/var/lib/bastide/checks.json"))["forced"] is False


def test_releases_that_pile_up(installed):
    for number in range(5):
        installed.run("mkdir", "-p", f"/opt/bastide/releases/0.0.{number}-old")
    found = wrong(installed)
    assert found["releases"]["hint"].count("-old") == 2
    installed.run("sh", "-c", "rm -r /opt/bastide/releases/*-old")


@pytest.fixture
def acme_server(installed, tmp_path):
    """An ACME server on this side of the machine's network; every name leads to the machine."""
    gateway = installed.address.removesuffix("2") + "1"
    with RunningPebble(tmp_path / "pebble", 80, host=gateway, names_lead_to=installed.address) as running:
        (installed.root / "root/roots.pem").write_text(running.roots)
        try:
            yield running
        finally:
            installed.run("bastide", "tls", "renew", "--own", "--name", NAME, "--name", ADDRESS)
            installed.run("sh", "-c", f"rm -rf {FORCED.parent}; systemctl daemon-reload")
            installed.run("systemctl", "reset-failed", "bastide-certificate.service")


def test_an_acme_server_signs_for_the_box_and_its_task_renews_without_a_network(installed, acme_server):
    typed = ("--directory", acme_server.url, "--root", "/root/roots.pem", "--agree", "--name", NAME)
    assert f"The box has the certificate for {NAME}, valid until" in installed.run("bastide", "tls", "acme", *typed)
    first = served(installed)
    other = installed.run("bastide", "tls", "renew", "--name", "other.example", check=False)
    assert f"sudo bastide install --name {NAME} --name {ADDRESS} --name other.example" in other
    assert findings(installed)["certificate"]["status"] == "passed"

    forced = "[Service]\nExecStart=\nExecStart=/usr/local/bin/bastide tls renew --force\n"
    (installed.root / str(FORCED)[1:]).parent.mkdir(parents=True)
    (installed.root / str(FORCED)[1:]).write_text(forced)
    installed.run("systemctl", "daemon-reload")
    installed.run("systemctl", "start", "bastide-certificate.service")
    assert eventually(lambda: served(installed) != first)
    second = served(installed)

    acme_server.stop()
    assert exit_status(installed, "systemctl start bastide-certificate.service") != 0
    assert "cannot be asked" in installed.run("bastide", "logs", "certificate", "--lines", "20")
    assert served(installed) == second


def served(machine: Machine) -> str:
    """Return the digest of the certificate that the front sends, once a caller who trusts its root has taken it."""
    asked = ("curl", "--silent", "--fail", "--output", "/dev/null", "--cacert", "/root/roots.pem")
    machine.run(*asked, "--resolve", f"{NAME}:443:{ADDRESS}", f"https://{NAME}/livez")
    shown = f"openssl s_client -connect {ADDRESS}:443 -servername {NAME} </dev/null 2>/dev/null"
    return machine.run("sh", "-c", f"{shown} | openssl x509 -noout -fingerprint -sha256")
