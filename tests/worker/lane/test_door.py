"""The door of a worker: who comes in is heard, answered and let go; what is not whole waits."""

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from worker.contract import names
from worker.contract.lane import FRAME
from worker.lane.door import Door, clear_away, split

PATIENCE_S = 5.0


def framed(message: bytes) -> bytes:
    return FRAME.pack(len(message)) + message


@pytest.fixture
def door(tmp_path) -> Iterator[Door]:
    door = Door(tmp_path, "1-a")
    door.open()
    yield door
    door.close()


@pytest.fixture
def enter(door, tmp_path):
    """Return a function that comes in and returns the connection."""
    inside = []

    def one() -> socket.socket:
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(PATIENCE_S)
        connection.connect(str(tmp_path / names.door("1-a")))
        inside.append(connection)
        door.wait(PATIENCE_S)
        return connection

    yield one
    for connection in inside:
        connection.close()


def messages(door: Door) -> list[bytes]:
    return [message for _, message in door.wait(PATIENCE_S)]


def test_frames_are_split_where_they_end_and_the_rest_is_kept():
    whole = framed(b"one") + framed(b"") + framed(b"three")
    for cut in range(len(whole)):
        first, rest = split(whole[:cut])
        second, left = split(rest + whole[cut:])
        assert (first + second, left) == ([b"one", b"", b"three"], b"")


def test_without_a_caller_the_door_is_not_used(door):
    assert door.is_used is False


def test_a_message_in_pieces_is_heard_when_it_is_whole(door, enter):
    caller = enter()
    caller.sendall(framed(b"batch")[:6])
    assert messages(door) == []
    caller.sendall(framed(b"batch")[6:])
    assert messages(door) == [b"batch"]


def test_messages_sent_together_are_all_heard_in_order(door, enter):
    enter().sendall(framed(b"") + framed(b"batch"))
    assert messages(door) == [b"", b"batch"]


def test_an_answer_goes_to_the_gateway_it_is_for(door, enter):
    connections = [enter(), enter()]
    for name, connection in zip(("first", "second"), connections, strict=True):
        connection.sendall(framed(name.encode()))
        for caller, message in door.wait(PATIENCE_S):
            caller.gateway = message.decode()
    assert door.reply("second", b"answer") is True
    assert connections[1].recv(100) == framed(b"answer")


def test_nobody_is_answered_who_never_came_in(door, enter):
    enter()
    assert door.reply("stranger", b"answer") is False


def test_who_has_left_is_told_apart_from_who_took_the_answer(door, enter):
    connection = enter()
    connection.sendall(framed(b"batch"))
    for caller, _ in door.wait(PATIENCE_S):
        caller.gateway = "gateway"
    connection.close()
    assert door.reply("gateway", b"answer") is False
    assert door.is_used is False


def test_a_caller_who_leaves_is_forgotten(door, enter):
    enter().close()
    assert messages(door) == []
    assert door.is_used is False


def test_a_closed_door_leaves_no_socket_behind(tmp_path):
    door = Door(tmp_path, "1-a")
    door.open()
    door.close()
    assert list(tmp_path.iterdir()) == []


def test_the_doors_of_the_dead_are_cleared_away_and_of_the_living_left(door, tmp_path):
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / names.door("2-b")))
    clear_away(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [names.door("1-a")]


def test_nobody_waits_before_the_door_of_a_worker_that_hangs(door, tmp_path):
    waiting = []
    with suppress(BlockingIOError):
        while True:
            waiting.append(socket.socket(socket.AF_UNIX))
            waiting[-1].settimeout(0)
            waiting[-1].connect(str(tmp_path / names.door("1-a")))
    clearing = threading.Thread(target=clear_away, args=(tmp_path,), daemon=True)
    clearing.start()
    clearing.join(PATIENCE_S)
    assert not clearing.is_alive()
    assert [path.name for path in tmp_path.iterdir()] == [names.door("1-a")]
    for each in waiting:
        each.close()


def test_the_door_of_a_worker_that_starts_beside_another_stays(tmp_path, monkeypatch):
    class Listener(socket.socket):
        def listen(self, *backlog: int) -> None:
            clear_away(tmp_path)  # what another worker does at that very moment
            super().listen(*backlog)

    monkeypatch.setattr("worker.lane.door.socket.socket", Listener)
    starting = Door(tmp_path, "1-a")
    starting.open()
    assert [path.name for path in tmp_path.iterdir()] == [names.door("1-a")]
    starting.close()


def test_where_no_socket_can_be_made_the_worker_goes_without_a_door(tmp_path, caplog):
    door = Door(Path(tmp_path, "x" * 120), "1-a")
    door.open()
    door.admit()
    assert (door.is_used, door.wait(0)) == (False, [])
    assert "cannot be made" in caplog.text
    door.close()
