"""The port on which the box listens: free, this box's own, or whose."""

import socket
from contextlib import suppress
from pathlib import Path

import psutil

from appliance.checks.check import Check, Status
from appliance.checks.words import NOTHING, Words
from appliance.environment import Address

PRIVILEGED_BELOW = 1024


def check_port(address: Address, own_pid: int | None) -> Check:
    """Check that the port is free, or that the box which runs as `own_pid` has it."""
    problem = bind_problem(address)
    if problem is None:
        return judge_port(address, Words("free"), Status.PASSED)
    owner = owner_of(address.port)
    if owner is not None and own_pid is not None and own_pid in {owner.pid, *(each.pid for each in owner.parents())}:
        return judge_port(address, Words("used by this box"), Status.PASSED)
    if owner is not None:
        measured = Words("used by {program} (process {number})", program=name_of(owner), number=owner.pid)
        return judge_port(address, measured, Status.FAILED)
    return judge_port(address, Words("{problem}", problem=problem), Status.FAILED)


def bind_problem(address: Address) -> str | None:
    """Return why the address cannot be listened on, or None when it can."""
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(
            address.host or None, address.port, type=socket.SOCK_STREAM
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            # gunicorn sets it too: connections of a box that has just ended do not hold the port.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(where)
            probe.listen(1)
    except OSError as error:
        return error.strerror or str(error)
    return None


def owner_of(port: int) -> psutil.Process | None:
    """Return the process that listens on the port, as far as this account may know."""
    with suppress(psutil.Error):
        for connection in psutil.net_connections("tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr[1:] == (port,) and connection.pid:
                return psutil.Process(connection.pid)
    return None


def name_of(process: psutil.Process) -> str:
    """Return what a person knows the process by: for an interpreter, the program that it runs."""
    with suppress(psutil.Error):
        match process.cmdline():
            case [interpreter, "-m", module, *_]:
                return f"{module} by {Path(interpreter).name}"
            case [_, script, *_] if process.name().startswith("python"):
                return Path(script).name
    return process.name()


def judge_port(address: Address, measured: Words, status: Status) -> Check:
    """Return the check for what was found at the address."""
    hint = Words("end that program, or choose another port with --port")
    if address.port < PRIVILEGED_BELOW:
        hint = Words("ports under {first} belong to root; choose another with --port", first=PRIVILEGED_BELOW)
    return Check(
        id="port",
        title=Words("Port {port} at {host}", port=str(address.port), host=address.host),
        measured=measured,
        needed=Words("free"),
        status=status,
        hint=NOTHING if status is Status.PASSED else hint,
    )
