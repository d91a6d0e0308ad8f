"""Callers who send or read as slowly as they may, by a program that is made for it, and what others notice."""

import http.client
import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.system.load import PREDICT, connected
from tests.system.machine import Machine

CONNECTIONS = 1000
LASTS_S = 50
SETTLED_S = 5
MEASURED_S = 16
MOST_HELD = 500
"""What the kernel lets one address hold."""

HOW_IT_RUNS = "setpriv --pdeathsig TERM prlimit --nofile=4096 chrt --idle 0"
KINDS = {
    "headers": ("-H", "-i", "5", "-x", "24", "-t", "GET"),
    "body": ("-B", "-i", "5", "-x", "24", "-s", "8192", "-t", "POST"),
    "read": ("-X", "-k", "3", "-n", "5", "-w", "512", "-y", "1024", "-z", "32"),
}


@contextmanager
def attacked(machine: Machine, name: str, kind: str, path: str, directory: Path) -> Iterator[None]:
    """Have a thousand connections of one address be slow, from the moment at which as many stand as will.

    These programs compute when nobody else does, as they would elsewhere; so beside other tests that may take a while.
    """
    hosts = directory / "hosts"
    hosts.write_text(f"127.0.0.1 localhost\n{machine.address} {name}\n")
    # Only these programs find the box by its name.
    script = f'mount --bind {hosts} /etc/hosts && exec {HOW_IT_RUNS} slowhttptest "$@"'
    how = ("-c", str(CONNECTIONS), "-r", "250", "-l", str(LASTS_S), "-p", "3")
    argv = ["unshare", "--mount", "sh", "-c", script, "sh", *KINDS[kind], *how, "-u", f"https://{name}{path}"]
    with (directory / "attack").open("wb") as said:
        attack = subprocess.Popen(argv, stdout=said, stderr=subprocess.STDOUT)
        try:
            time.sleep(SETTLED_S)
            until_s = time.monotonic() + LASTS_S - MEASURED_S - 2 * SETTLED_S
            while held(machine, machine.network.gateway) < MOST_HELD / 2 and time.monotonic() < until_s:
                time.sleep(1)
            assert attack.poll() is None, (directory / "attack").read_text()
            yield
        finally:
            attack.terminate()
            attack.wait(timeout=20)


def held(machine: Machine, address: str) -> int:
    """Return how many connections an address holds to the machine's front."""
    return len(machine.run("ss", "-Htn", "state", "established", "sport", "=", ":443", "dst", address).splitlines())


def slowest_of_hundred_s(took: list[float]) -> float:
    """Return the time within which 99 of 100 requests were answered."""
    return sorted(took)[-(len(took) // 100) - 1]


class Caller:
    """Somebody at an address who asks for one prediction after the other, each by a connection of its own."""

    def __init__(self, machine: Machine, name: str, key: str, rows: list[dict[str, object]], address: str) -> None:
        self._machine, self._name, self._address = machine, name, address
        self._body = json.dumps({"rows": rows})
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    def times_s(self, until_s: float) -> list[float]:
        """Return how long each request took that was begun before then; each must be answered."""
        took = []
        while time.monotonic() < until_s:
            took.append(self._ask())
        return took

    def _ask(self) -> float:
        started_s = time.monotonic()
        connection = connected(self._machine, self._name, self._address)
        try:
            connection.request("POST", PREDICT, self._body, self._headers)
            answer = connection.getresponse()
            assert answer.status == http.client.OK, answer.read()
            answer.read()
        finally:
            connection.close()
        return time.monotonic() - started_s
