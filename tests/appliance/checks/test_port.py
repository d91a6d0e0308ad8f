"""Whose port it is."""

import os
import socket

import psutil
import pytest

from appliance.checks.check import Status
from appliance.checks.port import check_port, name_of
from appliance.environment import Address


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


def test_this_process_has_a_name():
    assert name_of(psutil.Process())
