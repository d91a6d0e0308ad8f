"""A kernel without IPv6 gets a front without its addresses, in socket, service and configuration alike."""

import random
import re
import socket
from contextlib import suppress

import pytest

from appliance import command, proxy
from appliance.care import services
from appliance.checks.check import Status
from appliance.installing import addresses, fitness, front, units
from appliance.paths import ROOT

HERE = "box.example"


@pytest.fixture(params=[True, False], ids=["with IPv6", "without"])
def has_ipv6(request, tmp_path, monkeypatch) -> bool:
    """Whether the kernel has IPv6."""
    monkeypatch.setattr(addresses, "IF_INET6", tmp_path / "if_inet6")
    if request.param:
        addresses.IF_INET6.touch()
    return bool(request.param)


@pytest.fixture
def without(tmp_path, monkeypatch):
    """A kernel without it."""
    monkeypatch.setattr(addresses, "IF_INET6", tmp_path / "if_inet6")


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """Where units are placed, and what systemctl is told."""
    told: list[list[str]] = []
    monkeypatch.setattr(units, "UNITS", tmp_path)
    monkeypatch.setattr(services, "UNITS", tmp_path)

    def run(argv: list[str], **_options: object) -> str:
        told.append(argv[1:])
        return ""

    monkeypatch.setattr(command, "run", run)
    return told


def unit(name: str) -> str:
    (path,) = [each for each in units.files() if each.name == name]
    return units.text(path)


def test_socket_and_configuration_have_the_same_addresses(has_ipv6):
    opened = re.findall(r"^ListenStream=(.*)$", unit(units.FRONT), re.MULTILINE)
    listened = set(re.findall(r"listen ([\[0-9][^ ;]*)", front.text([HERE], 1)))
    assert set(opened) == listened
    assert len(opened) == (4 if has_ipv6 else 2)
    assert any("[" in each for each in opened) is has_ipv6


def test_nginx_is_handed_as_many_as_systemd_opens(has_ipv6):
    (numbers,) = re.findall(r"^Environment=NGINX=(.*)$", unit(units.FRONT_SERVICE), re.MULTILINE)
    opened = unit(units.FRONT).count("ListenStream=")
    assert re.findall(r"\d+", numbers) == [str(proxy.FIRST_SOCKET + each) for each in range(opened)]


def test_no_other_unit_depends_on_it(without):
    changed = [path.name for path in units.files() if units.text(path) != path.read_text()]
    assert changed == [units.FRONT_SERVICE, units.FRONT]


def test_what_was_placed_for_this_kernel_is_no_change_by_hand(without, machine, tmp_path, monkeypatch):
    units.place_units()
    monkeypatch.setattr(services, "CURRENT", ROOT)
    assert services.unit_differences() == services.Differences()
    (tmp_path / units.FRONT).write_text("[Socket]\n")
    assert services.unit_differences() == services.Differences(changed=(units.FRONT,))


def test_sockets_are_opened_anew_only_where_their_addresses_changed(machine, tmp_path):
    units.place_units()
    assert machine == [["daemon-reload"]]
    (tmp_path / units.FRONT).write_text("# another remark\n" + unit(units.FRONT))
    units.place_units()
    assert not any("restart" in each for each in machine)
    (tmp_path / units.FRONT).write_text(unit(units.FRONT).replace("ListenStream=[::]:80\n", ""))
    del machine[:]
    units.place_units()
    assert [each[:2] for each in machine if each[0] in {"stop", "restart", "start"}] == [
        ["stop", units.FRONT_SERVICE],
        ["restart", units.FRONT],
        ["start", units.FRONT_SERVICE],
    ]


def bind_below_the_callers(listener: socket.socket) -> None:
    """Bind to a port that no connection of another test is given at the other end, with IPv4 as little as with IPv6."""
    for port in random.sample(range(20_000, 30_000), 50):
        with socket.socket() as other, suppress(OSError):
            other.bind(("", port))
            listener.bind(("::", port))
            return
    pytest.fail("no port is free")


def test_who_listens_at_ipv6_alone_has_the_port_until_it_ends(monkeypatch):
    monkeypatch.setattr(units, "is_active", lambda _unit: False)
    with socket.socket(socket.AF_INET6) as listener:
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        bind_below_the_callers(listener)
        listener.listen()
        port = listener.getsockname()[1]
        assert fitness.check_front_port(port).status is Status.FAILED
    assert fitness.check_front_port(port).status is Status.PASSED


def test_without_ipv6_a_port_is_tried_without_it(without, monkeypatch):
    monkeypatch.setattr(units, "is_active", lambda _unit: False)
    tried: list[str] = []
    monkeypatch.setattr(fitness, "bind_problem", lambda address: tried.append(address.host))
    assert fitness.check_front_port(80).status is Status.PASSED
    assert [":" in host for host in tried] == [False]
