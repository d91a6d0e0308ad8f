"""The port on which the box listens: free, this box's own, or whose."""

import socket
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from appliance import lock
from appliance.checks.check import Check, Status
from appliance.checks.words import NOTHING, Words
from appliance.environment import Address
from appliance.paths import DataDirectory

PRIVILEGED_BELOW = 1024


def check_port(address: Address, own_pid: int | None) -> Check:
    """Check that the port is free, or that the box which runs as `own_pid` has it."""
    problem = bind_problem(address)
    if problem is None:
        return judge_port(address, Words("free"), Status.PASSED)
    owner = owner_of(address.port)
    if owner is not None and own_pid is not None and own_pid in {owner.pid, *(each.pid for each in owner.parents())}:
        return judge_port(address, Words("used by this box"), Status.PASSED)
    other = box_of(owner) if owner is not None else None
    if other is not None:
        problem = f"used by another Bastide (process {other.pid}, data in {other.data.root})"
        return judge_port(address, Words("{problem}", problem=problem), Status.FAILED)
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
    """Return the process that listens on the port, as far as this account may know: of a family, the eldest."""
    with suppress(psutil.Error):
        for connection in psutil.net_connections("tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr[1:] == (port,) and connection.pid:
                return eldest_listener(psutil.Process(connection.pid), port)
    return None


def eldest_listener(process: psutil.Process, port: int) -> psutil.Process:
    """Return the farthest ancestor with the same socket: ending one of a server's children would not free the port."""
    eldest = process
    with suppress(psutil.Error):
        for parent in process.parents():
            if any(
                each.status == psutil.CONN_LISTEN and each.laddr[1:] == (port,)
                for each in parent.net_connections("tcp")
            ):
                eldest = parent
    return eldest


@dataclass(frozen=True, kw_only=True, slots=True)
class OtherBox:
    """A box that runs: the process that ends all of it, and its data directory."""

    pid: int
    data: DataDirectory


def box_of(process: psutil.Process) -> OtherBox | None:
    """Return the box that the process belongs to, or None. Its supervisor is started with a file of its directory."""
    with suppress(psutil.Error):
        family = [process, *process.parents()]
        for argument in (argument for each in family for argument in each.cmdline()):
            data = DataDirectory(root=Path(argument).parent.parent)
            if argument == str(data.supervisor_configuration):
                running = lock.holder(data)
                return OtherBox(pid=running.pid, data=data) if running else None
    return None


def name_of(process: psutil.Process) -> str:
    """Return what a person knows the process by: for an interpreter, the program that it runs."""
    with suppress(psutil.Error):
        match process.cmdline():
            case [interpreter, "-m", module, *_]:
                return f"{Path(interpreter).name} -m {module}"
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
