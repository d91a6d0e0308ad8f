"""A process without a network gets its certificate by the relay of the box, and nowhere else."""

import os
import socket
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from appliance.errors import ApplianceError
from appliance.paths import ROOT
from appliance.tls.acme.renewing import take
from appliance.tls.directory import File, Mode

HAND_OVER = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.execv(sys.executable, [sys.executable, "-m", "webapp.egress.relay"])
"""


@pytest.fixture
def relay(tmp_path):
    """Return what starts a relay, as its service does, with what `acme-hosts.env` tells it."""
    path = tmp_path / "egress.sock"
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen()
    started = []

    def start(hosts):
        (tmp_path / "acme-hosts").write_bytes(hosts)
        argv = [sys.executable, "-c", HAND_OVER, str(listener.fileno())]
        environment = {**os.environ, "CREDENTIALS_DIRECTORY": str(tmp_path)}
        started.append(subprocess.Popen(argv, env=environment, pass_fds=[listener.fileno()], cwd=ROOT))
        return path

    yield start
    for process in started:
        process.kill()
        process.wait()
    listener.close()


def clock():
    return datetime.now(UTC)


def test_a_renewal_goes_by_the_relay_that_was_told_at_the_first_time(directory, wish, surroundings, relay):
    take(directory, wish, surroundings, clock)
    before, hosts = directory.read(File.BOX), directory.read(File.ACME_HOSTS)
    take(directory, wish, replace(surroundings, relay=relay(hosts)), clock)
    assert directory.mode is Mode.ACME
    assert directory.read(File.BOX) != before
    assert directory.read(File.ACME_HOSTS) == hosts


def test_another_host_is_refused_with_what_to_type(directory, wish, surroundings, relay):
    by = replace(surroundings, relay=relay(b"BASTIDE_ACME_HOSTS=ca.elsewhere.example:443\n"))
    with pytest.raises(ApplianceError, match="is not among the hosts that an administrator named") as refused:
        take(directory, wish, by, clock)
    assert refused.value.hint.endswith("then type: sudo bastide tls renew")


def test_a_relay_that_is_not_there_is_told(directory, wish, surroundings, tmp_path):
    with pytest.raises(ApplianceError, match="The relay of the box does not answer: No such file or directory"):
        take(directory, wish, replace(surroundings, relay=tmp_path / "none.sock"), clock)
