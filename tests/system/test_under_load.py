"""What happens to the machine's services while colleagues ask, and what they notice of it."""

import json
import re
import socket
import time
from contextlib import ExitStack

import pytest

from tests.running_box import eventually
from tests.system.installation import NAME
from tests.system.load import PREDICT, Load
from tests.system.penguin import PENGUIN
from tests.system.slow import KINDS, MEASURED_S, MOST_HELD, Caller, attacked, held, slowest_of_hundred_s
from tests.system.watching import WATCHED, main_process, replaced_after_s, stopped_child_replaced_after_s

pytestmark = pytest.mark.system

BUSY_S = "60"
"""A quiet machine takes ten seconds at most; tests beside it make it wait for its processors."""

RESTARTS = 2
BOOTED_WITHIN_S = 30
REPLACED_WITHIN_S = 15
CHILD_REPLACED_WITHIN_S = 45
IDLE_S = 5
SLOWEST_AT_LEAST_S = 0.020
"""What is below it is quick, whatever it is three times of."""


@pytest.fixture(scope="module")
def key(installed):
    return installed.run("bastide", "key", "create", "--user", "admin", "--name", "load").strip()


def held_in_kernel(machine):
    """Return the addresses whose connections the kernel counts."""
    return set(re.findall(r"([0-9.]+) ct count over", machine.run("nft", "list", "set", "inet", "bastide", "four")))


def largest_file(machine):
    """Return the address of the largest static file."""
    static = machine.root / "opt/bastide" / machine.run("readlink", "/opt/bastide/current").strip() / "static"
    found = max((path for path in static.rglob("*.*") if path.suffix != ".gz"), key=lambda path: path.stat().st_size)
    return f"/static/{found.relative_to(static)}"


@pytest.fixture
def load(installed, key):
    return Load(installed, NAME, key, [PENGUIN])


@pytest.mark.parametrize(
    ("unit", "requests"),
    [("bastide-web", 5_000), ("bastide-nginx", 5_000), ("bastide-control", 2_500), ("bastide-inference@1", 2_500)],
)
def test_a_restart_fails_no_request(installed, load, unit, requests):
    with load:
        for _ in range(RESTARTS):
            load.wait_for(requests // 4)
            installed.run("systemctl", "restart", f"{unit}.service")
        load.wait_for(requests - load.answered)
    print(f"{unit}: {load.answered} answered, {len(load.failures)} failed, the longest took {load.longest_s:.2f} s")
    assert load.failures == []
    assert load.asked_again <= RESTARTS * load.kept  # each that was kept is closed once
    assert load.answered >= requests
    assert load.answers == {"Chinstrap"}


@pytest.mark.alone
def test_a_machine_that_lost_its_power_answers_again(installed, key):
    installed.power_off()
    started_s = time.monotonic()
    installed.boot()
    load = Load(installed, NAME, key, [PENGUIN], callers=1)
    installed.run("timeout", BUSY_S, "sh", "-c", "until curl -skf https://127.0.0.1/readyz; do sleep 0.1; done")
    with load:
        load.wait_for(1)
        took_s = time.monotonic() - started_s
        load.wait_for(9)
    print(f"from the start of the machine to the first prediction: {took_s:.1f} s")
    assert load.answered >= 10
    assert took_s <= BOOTED_WITHIN_S


@pytest.mark.alone
@pytest.mark.parametrize("unit", WATCHED)
def test_a_service_that_stands_still_is_replaced(installed, key, unit):
    took_s = replaced_after_s(installed, unit, "--signal=STOP")
    print(f"{unit}: stopped, and back after {took_s:.1f} s")
    assert took_s <= REPLACED_WITHIN_S


@pytest.mark.alone
def test_a_web_process_that_stands_still_is_replaced_by_the_one_that_began_it(installed, key):
    before = main_process(installed, "bastide-web")
    took_s = stopped_child_replaced_after_s(installed, before)
    print(f"a web process: stopped, and back after {took_s:.1f} s")
    assert took_s <= CHILD_REPLACED_WITHIN_S
    logged = installed.run("journalctl", "-b", "-u", "bastide-web.service", "-o", "short-precise", "-n", "40")
    assert main_process(installed, "bastide-web") == before, logged


def test_an_address_holds_so_many_connections_and_leaves_them_with_their_end(installed):
    address = installed.network.gateway
    with ExitStack() as opened:
        for _ in range(MOST_HELD):
            opened.enter_context(socket.create_connection((installed.address, 80), 5))
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((installed.address, 80), 5)
        assert address in held_in_kernel(installed)  # and whoever another test was a moment ago
        socket.create_connection((installed.address, 80), 5, (installed.network.neighbour, 0)).close()
    assert eventually(lambda: not held_in_kernel(installed))
    socket.create_connection((installed.address, 80), 5).close()


@pytest.mark.alone
@pytest.mark.parametrize("kind", KINDS)
def test_a_thousand_slow_connections_slow_nobody_elsewhere(installed, key, kind, tmp_path):
    caller = Caller(installed, NAME, key, [PENGUIN], installed.network.neighbour)
    idle_s = slowest_of_hundred_s(caller.times_s(time.monotonic() + IDLE_S))
    path = largest_file(installed) if kind == "read" else PREDICT
    with attacked(installed, NAME, kind, path, tmp_path):
        standing = held(installed, installed.network.gateway)
        took = caller.times_s(time.monotonic() + MEASURED_S)
        left = held(installed, installed.network.gateway)
    slowest_s = slowest_of_hundred_s(took)
    print(
        f"slow {kind}: {standing} connections stood, {left} at the end; of {len(took)} requests 99 of 100 took "
        f"{1000 * slowest_s:.1f} ms or less, {1000 * idle_s:.1f} ms before"
    )
    # Some more are let in where many come at once while others end: 552 were seen.
    assert MOST_HELD / 2 <= max(standing, left) <= 1.25 * MOST_HELD
    assert slowest_s < 3 * max(idle_s, SLOWEST_AT_LEAST_S)


def test_limits_and_log_know_the_request(installed, key):
    url = f"https://{NAME}/api/v1/endpoints"
    options = ("--cacert", "/etc/bastide/tls/authority.crt", "--resolve", f"{NAME}:443:127.0.0.1")
    asked = ("--header", f"Authorization: Bearer {key}", "--header", "X-Request-ID: traced-by-the-test")
    head = installed.run("curl", "-sS", "-D", "-", "-o", "/dev/null", *options, *asked, url)
    assert re.search(r"(?im)^x-request-id: traced-by-the-test", head)
    logged = installed.run("journalctl", "-t", "bastide_nginx", "-o", "cat", "--no-pager")
    lines = [json.loads(line) for line in logged.splitlines() if "traced-by-the-test" in line]
    assert lines[0]["status"] in {200, "200"}
