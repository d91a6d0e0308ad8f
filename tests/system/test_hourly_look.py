"""The hourly look has no root and no network, and finds what root finds with both: whatever is broken on purpose."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from appliance.care import doctor
from tests.system.installation import ADDRESS, NAME
from tests.system.looking import edited, findings
from tests.system.machine import Machine
from tests.system.test_care import certificate, certificate_file

pytestmark = pytest.mark.system

CHECKS = "bastide-checks.service"
FOR_WHO_TYPES = {"name"}
"""Where the name leads is asked of the network, which the look does not have."""

CREDENTIALS = "/etc/bastide/credentials"
NGINX = "/etc/bastide/nginx/nginx.conf"
KEPT = "/opt/bastide/kept"
MOVE = {"former": "1-a", "release": "2-b", "at": "20261127T120000", "is_migrated": False, "enabled": []}
RELAY = "/run/systemd/system/bastide-egress.service.d/broken.conf"
START_LIMIT = "systemctl reset-failed bastide-egress.service bastide-egress.socket"


@dataclass(frozen=True, kw_only=True)
class Broken:
    """What is typed to break something and to mend it, and what the look then says, by the ids of findings."""

    by: str
    mended_by: str
    said: dict[str, str]
    measured: dict[str, str] = field(default_factory=dict)


BROKEN = {
    "a unit that is stopped": Broken(
        by="systemctl stop bastide-jobs.service",
        mended_by="systemctl start bastide-jobs.service",
        said={"unit_jobs": "failed"},
    ),
    "a front that is stopped": Broken(
        by="systemctl stop bastide-nginx.socket bastide-nginx.service",
        mended_by="systemctl start bastide-nginx.socket bastide-nginx.service",
        said={"unit_nginx": "failed", "unit_nginx.socket": "failed", "sockets": "failed", "answers": "failed"},
        measured={"sockets": f"nobody answers at {ADDRESS}:80, {ADDRESS}:443"},
    ),
    "a queue that is stopped": Broken(
        by="systemctl stop bastide-redis.service",
        mended_by="systemctl start bastide-redis.service",
        said={"unit_redis": "failed", "sockets": "failed", "answers": "failed", "queue": "failed"},
    ),
    "a configuration of the front that its account cannot read": Broken(
        by=f"chmod 600 {NGINX}", mended_by=f"chmod 644 {NGINX}", said={"front_configuration": "failed"}
    ),
    "a configuration that nginx does not take": Broken(
        by=f"sed -i.kept 's/sendfile on;/sendfiles on;/' {NGINX}",
        mended_by=f"mv {NGINX}.kept {NGINX}",
        said={"front_configuration": "failed"},
        measured={"front_configuration": 'unknown directive "sendfiles" in /etc/bastide/nginx/nginx.conf'},
    ),
    "a login to the queue that is gone": Broken(
        by=f"mv {CREDENTIALS}/queue-care /root/",
        mended_by=f"mv /root/queue-care {CREDENTIALS}/",
        said={"queue": "failed"},
    ),
    "a mail server without a sender": Broken(
        by=f"printf smtp://mail.example >{CREDENTIALS}/smtp-url",
        mended_by=f"printf '' >{CREDENTIALS}/smtp-url",
        said={"setting_bastide_mail_from": "failed"},
    ),
    "settings that root alone reads, one of them wrong": Broken(
        by="cd /etc/bastide; cp -p bastide.env kept.env; echo BASTIDE_JOB_DAYS=seven >>bastide.env; chmod 600 *.env",
        mended_by="cd /etc/bastide; mv kept.env bastide.env; chmod 644 bastide.env",
        said={"setting_bastide_job_days": "failed"},
    ),
    "a kernel without SYN cookies": Broken(
        by="echo 0 >/proc/sys/net/ipv4/tcp_syncookies",
        mended_by="echo 1 >/proc/sys/net/ipv4/tcp_syncookies",
        said={"syn_cookies": "warning"},
    ),
    "a move that was broken off": Broken(
        by=f"mkdir -pm 700 {KEPT}; umask 077; echo '{json.dumps({'move': MOVE})}' >{KEPT}/under-way.json",
        mended_by=f"rm {KEPT}/under-way.json",
        said={"half_done": "failed"},
        measured={"half_done": "the way from release 1-a to 2-b was broken off"},
    ),
    "a bus by which systemd is not asked": Broken(
        by="systemctl stop dbus.socket dbus.service",
        mended_by="systemctl start dbus.socket dbus.service",
        said={"units": "failed", "exposure": "skipped"},
    ),
    "a relay that is stopped": Broken(
        by="systemctl stop bastide-egress.socket bastide-egress.service",
        mended_by="systemctl start bastide-egress.socket",
        said={"unit_egress.socket": "failed", "sockets": "failed", "answers": "warning"},
        measured={
            "sockets": "nobody answers at /run/bastide/egress.sock",
            "answers": "the site does; its front was not asked, since the way out does not answer: ",
        },
    ),
    "a relay that ends at once": Broken(
        by=f"mkdir -p {RELAY.rpartition('/')[0]}; printf '[Service]\\nExecStart=\\nExecStart=/bin/false\\n' >{RELAY}; "
        "systemctl daemon-reload; systemctl stop bastide-egress.service",
        mended_by=f"rm -r {RELAY.rpartition('/')[0]}; systemctl daemon-reload; systemctl stop bastide-egress.service; "
        f"{START_LIMIT}; systemctl start bastide-egress.socket",
        said={"sockets": "failed", "answers": "warning"},
    ),
}


def recorded(machine: Machine) -> dict[str, dict[str, str]]:
    """Return what the unit finds now."""
    machine.run("rm", "-f", str(doctor.FINDINGS))
    machine.run("sh", "-c", f"systemctl start {CHECKS}; systemctl reset-failed {CHECKS}", check=False)
    results = json.loads(machine.run("cat", str(doctor.FINDINGS)))["results"]
    return {each["id"]: each for each in results}


def statuses(found: dict[str, dict[str, str]]) -> dict[str, str]:
    return {name: each["status"] for name, each in found.items() if name not in FOR_WHO_TYPES}


@contextmanager
def broken(machine: Machine, what: Broken) -> Iterator[None]:
    machine.run("sh", "-c", what.by)
    try:
        yield
    finally:
        machine.run("sh", "-c", what.mended_by)
        machine.run("timeout", "60", "sh", "-c", "until curl -skf https://127.0.0.1/readyz; do sleep 0.1; done")


def parts(found: dict[str, dict[str, str]], names: Sequence[str]) -> dict[str, str]:
    return {name: found[name]["status"] if name in found else "" for name in names}


def test_it_finds_of_a_fresh_box_what_root_finds(installed):
    hourly, typed = recorded(installed), findings(installed)
    assert statuses(hourly) == statuses(typed)
    assert hourly["answers"]["measured"] == typed["answers"]["measured"]
    assert hourly["exposure"]["status"] == "passed"
    assert set(typed) - set(hourly) == FOR_WHO_TYPES


@pytest.mark.parametrize("what", BROKEN)
def test_it_finds(installed, what):
    wrong = BROKEN[what]
    with broken(installed, wrong):
        found = recorded(installed)
    assert parts(found, list(wrong.said)) == wrong.said
    for name, said in wrong.measured.items():
        assert said in found[name]["measured"]
    others = {name for name, each in found.items() if each["status"] in {"warning", "failed"}} - wrong.said.keys()
    assert others <= {"clock", "connections", "prediction"}, found


@pytest.mark.parametrize(
    ("names", "days", "finding"),
    [([NAME, ADDRESS], -1, "certificate"), (["other.example"], 80, "certificate_names")],
    ids=["that has ended", "for another box"],
)
def test_it_finds_a_certificate(installed, names, days, finding):
    with edited(certificate_file(installed), certificate(names, days)):
        assert recorded(installed)[finding]["status"] == "failed"


def test_what_it_found_where_it_wrote_before_does_not_stay(installed):
    installed.run("touch", "/run/bastide/findings.json")
    installed.run("bastide", "install", timeout_s=300)
    assert installed.run("ls", "/run/bastide/findings.json", check=False).startswith("ls: cannot access")


def test_nobody_else_may_have_it_look(installed):
    told = installed.run("setpriv", "--reuid=bastide", "--clear-groups", "bastide", "doctor", "--record", check=False)
    assert "Only root" in told


def test_a_person_finds_with_it_what_the_look_finds(installed):
    looked = recorded(installed)  # first: the unit has a prediction asked, of which both then tell
    assert statuses(findings(installed, "--record")) == statuses(looked)


def test_it_has_no_network_and_reads_no_secret_of_others(installed):
    run = ("systemd-run", "--quiet", "--wait", "--pipe", "--collect", "--property=User=bastide-care")
    assert "Permission denied" in installed.run(*run, "ls", CREDENTIALS, check=False)
    shown = installed.run("systemctl", "show", CHECKS, "--property=User,PrivateNetwork,RestrictAddressFamilies")
    assert set(shown.split()) == {"User=bastide-care", "PrivateNetwork=yes", "RestrictAddressFamilies=AF_UNIX"}
