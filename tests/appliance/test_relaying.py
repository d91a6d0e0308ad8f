"""A unit without a network reaches the world by the relay, and knows whose silence it hears."""

import socket
import threading
from contextlib import closing

import pytest

from appliance.environment import EGRESS_SOCKET
from appliance.reaching import here
from appliance.relaying import NoWayOut, relayed

WHERE = "127.0.0.1:443"


@pytest.fixture
def asked():
    """What the relay was asked."""
    return []


@pytest.fixture
def relay(tmp_path, asked):
    """Return what starts a relay that answers the first question so, and is gone then."""
    path, started = tmp_path / "egress.sock", []
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen()

    def start(answer):
        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                asked.append(connection.recv(512))
                connection.sendall(answer)

        started.append(threading.Thread(target=serve))
        started[0].start()
        return path

    yield start
    for each in started:
        each.join()
    listener.close()


def test_what_follows_the_answer_of_the_relay_is_of_whoever_was_asked(relay, asked):
    path = relay(b"OK\nhello")
    with closing(relayed(path, WHERE, 5)) as connection:
        assert connection.recv(5) == b"hello"
    assert asked == [f"CONNECT {WHERE}\n".encode()]


def test_a_port_of_this_machine_is_asked_by_the_relay_where_a_unit_has_one(relay, asked, monkeypatch):
    monkeypatch.setenv(EGRESS_SOCKET, str(relay(b"OK\n")))
    here(80, 5).close()
    assert asked == [b"CONNECT 127.0.0.1:80\n"]


def test_whoever_does_not_answer_behind_the_relay_is_told_in_its_words(relay):
    path = relay(b"nobody is there\n")
    with pytest.raises(ConnectionRefusedError, match="nobody is there"):
        relayed(path, WHERE)


def test_a_relay_that_ends_is_not_taken_for_whoever_is_behind_it(relay):
    path = relay(b"")
    with pytest.raises(NoWayOut, match="The relay of the box does not answer: it ended"):
        relayed(path, WHERE)


def test_a_relay_that_is_not_there_is_told(tmp_path):
    with pytest.raises(NoWayOut) as told:
        relayed(tmp_path / "none.sock", WHERE)
    assert told.value.why == "No such file or directory"
    assert told.value.hint == "sudo bastide logs egress tells why"
