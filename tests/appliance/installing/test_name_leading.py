"""Where the box's name leads, as far as this machine can see it."""

import socket

import pytest

from appliance.checks.check import Status
from appliance.environment import outward_address
from appliance.installing import name_leading
from appliance.installing.name_leading import check_name, judge_name, written_here

NAME = "models.corp.example"
HOSTS = """\
127.0.0.1 localhost
127.0.1.1\tModels.corp.example models  # Debian's own
#10.0.0.9 models.corp.example
::1 localhost ip6-localhost
"""


@pytest.fixture
def hosts(tmp_path, monkeypatch):
    """A file of names as Debian's installer writes it."""
    path = tmp_path / "hosts"
    path.write_text(HOSTS)
    monkeypatch.setattr(name_leading, "HOSTS", path)
    return path


def test_a_name_that_leads_here_passes():
    check = judge_name(NAME, {"10.0.0.5", "2001:db8::5"}, own={"10.0.0.5"}, written=set())
    assert (check.status, check.measured, check.hint) == (Status.PASSED, "leads to 10.0.0.5, 2001:db8::5", "")


@pytest.mark.parametrize(("found", "words"), [(set(), "leads nowhere"), ({"10.0.0.9"}, "leads to 10.0.0.9")])
def test_a_name_that_does_not_lead_here_is_to_be_entered(found, words):
    check = judge_name(NAME, found, own=set(), written=set())
    assert (check.status, check.measured) == (Status.WARNING, words)
    assert check.hint.startswith(f"have the name {NAME} entered in the network's DNS")


def test_what_debian_writes_of_a_machines_own_name_is_no_word_on_the_networks_dns(hosts):
    check = judge_name(NAME, {"127.0.1.1"}, own={"127.0.1.1"}, written=written_here(NAME))
    assert check.status is Status.SKIPPED
    assert check.measured == f"leads to 127.0.1.1 in {hosts}, so that the network's DNS cannot be seen from here"
    assert check.hint.startswith(f"look from another computer whether {NAME} leads to {outward_address() or 'this'}")


def test_a_loopback_address_that_the_networks_dns_gives_is_wrong():
    check = judge_name(NAME, {"127.0.1.1"}, own={"127.0.1.1"}, written={"10.0.0.5"})
    assert (check.status, check.measured) == (Status.WARNING, "leads to 127.0.1.1")


def test_a_box_that_goes_by_localhost_is_reached_by_nobody(hosts):
    written = written_here("localhost")
    assert written == {"127.0.0.1", "::1"}
    assert judge_name("localhost", written, own=written, written=written).status is Status.WARNING


def test_an_address_that_the_machine_does_not_have_is_no_matter_of_dns():
    check = judge_name("192.0.2.7", {"192.0.2.7"}, own=set(), written=set())
    assert check.hint.startswith("give this machine the address 192.0.2.7")


def test_lines_that_are_remarks_name_nobody(hosts):
    assert written_here(NAME) == {"127.0.1.1"}
    hosts.unlink()
    assert written_here(NAME) == set()


def test_a_name_is_looked_up_where_programs_do(hosts, monkeypatch):
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.1.1", 0))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: found)
    assert check_name(NAME).status is Status.SKIPPED
    hosts.write_text("")
    assert check_name(NAME).status is Status.WARNING
