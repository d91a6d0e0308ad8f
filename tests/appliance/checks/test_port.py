"""Whose port it is."""

import os
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from appliance import lock
from appliance.checks.check import Status
from appliance.checks.port import check_port, name_of, owner_of
from appliance.environment import Address
from appliance.paths import DataDirectory


@pytest.fixture
def taken():
    """A port on which this process listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield Address(host="127.0.0.1", port=listener.getsockname()[1])


def test_a_free_port_passes(taken):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
    assert check_port(Address(host="127.0.0.1", port=port), None).status is Status.PASSED


def test_a_port_in_use_names_its_owner(taken):
    check = check_port(taken, None)
    assert check.status is Status.FAILED
    assert f"(process {os.getpid()})" in check.measured


def test_the_port_of_the_box_itself_passes(taken):
    assert check_port(taken, os.getpid()).status is Status.PASSED


def test_an_address_of_another_machine_fails():
    assert check_port(Address(host="192.0.2.1", port=8000), None).status is Status.FAILED


LISTENING = "import socket, sys, time; kept = socket.create_server(('127.0.0.1', 0)); "
TELLING = "print(kept.getsockname()[1], flush=True); "


@contextmanager
def listener(code, *arguments):
    """A program that listens, and the address that it prints."""
    argv = [sys.executable, "-c", LISTENING + code, *arguments]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, Address(host="127.0.0.1", port=int(process.stdout.readline()))
        finally:
            process.kill()


def test_a_server_is_named_and_not_its_child():
    code = "import os; r, w = os.pipe(); child = os.fork(); child or (os.close(w), os.read(r, 1), os._exit(0)); "
    with listener(code + TELLING + "time.sleep(60)") as (process, address):
        owner = owner_of(address.port)
        assert owner is not None
        assert owner.pid == process.pid


def test_the_port_of_another_box_names_it_and_its_data(tmp_path):
    data = DataDirectory(root=tmp_path)
    data.make()
    with (
        lock.held(data, "http://127.0.0.1:1"),
        listener(TELLING + "time.sleep(60)", "-c", str(data.supervisor_configuration)) as (_, address),
    ):
        measured = check_port(address, None).measured
    assert measured == f"used by another Bastide (process {os.getpid()}, data in {tmp_path})"


def test_a_module_is_named_as_it_was_typed():
    argv = [sys.executable, "-m", "http.server", "--bind", "127.0.0.1", "0"]
    variables = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(argv, env=variables, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline().startswith("Serving")
            assert name_of(psutil.Process(process.pid)) == f"{Path(sys.executable).name} -m http.server"
        finally:
            process.kill()


def test_this_process_has_a_name():
    assert name_of(psutil.Process())
