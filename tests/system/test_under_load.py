"""What happens to the machine's services while colleagues ask, and what they notice of it."""

import json
import re

import pytest

from tests.system.conftest import NAME
from tests.system.load import Load
from tests.system.penguin import PENGUIN

pytestmark = pytest.mark.system

BUSY_S = "60"
"""A quiet machine takes ten seconds at most; tests beside it make it wait for its processors."""


@pytest.fixture(scope="module")
def key(installed):
    return installed.run("bastide", "key", "create", "--user", "admin", "--name", "load").strip()


@pytest.fixture
def load(installed, key):
    return Load(installed, NAME, key, [PENGUIN])


@pytest.mark.parametrize("unit", ["bastide-web", "bastide-nginx", "bastide-control", "bastide-inference@1"])
def test_a_restart_fails_no_request(installed, load, unit):
    with load:
        load.wait_for(500)
        installed.run("systemctl", "restart", f"{unit}.service")
        load.wait_for(500)
        installed.run("systemctl", "restart", f"{unit}.service")
        load.wait_for(1_500)
    assert load.failures == []
    assert load.answered >= 2_500
    assert load.answers == {"Chinstrap"}


def test_a_machine_that_lost_its_power_answers_again(installed, key):
    installed.power_off()
    installed.boot()
    load = Load(installed, NAME, key, [PENGUIN], callers=1)
    with load:
        installed.run("timeout", BUSY_S, "sh", "-c", "until curl -skf https://127.0.0.1/readyz; do sleep 0.2; done")
        load.wait_for(10)
    assert load.answered >= 10


@pytest.mark.parametrize("unit", ["bastide-web", "bastide-inference@1", "bastide-redis", "bastide-control"])
def test_a_service_that_stands_still_is_replaced(installed, key, unit):
    before = installed.run("systemctl", "show", "--property=MainPID", "--value", unit).strip()
    installed.run("systemctl", "kill", "--signal=STOP", "--kill-whom=main", f"{unit}.service")
    script = f'until [ "$(systemctl show --property=MainPID --value {unit})" != {before} ]; do sleep 0.2; done'
    installed.run("timeout", BUSY_S, "sh", "-c", script)
    installed.run("timeout", BUSY_S, "sh", "-c", "until curl -skf https://127.0.0.1/readyz; do sleep 0.2; done")


def test_limits_and_log_know_the_request(installed, key):
    url = f"https://{NAME}/api/v1/endpoints"
    options = ("--cacert", "/etc/bastide/tls/authority.crt", "--resolve", f"{NAME}:443:127.0.0.1")
    asked = ("--header", f"Authorization: Bearer {key}", "--header", "X-Request-ID: traced-by-the-test")
    head = installed.run("curl", "-sS", "-D", "-", "-o", "/dev/null", *options, *asked, url)
    assert re.search(r"(?im)^x-request-id: traced-by-the-test", head)
    logged = installed.run("journalctl", "-t", "bastide_nginx", "-o", "cat", "--no-pager")
    lines = [json.loads(line) for line in logged.splitlines() if "traced-by-the-test" in line]
    assert lines[0]["status"] in {200, "200"}
