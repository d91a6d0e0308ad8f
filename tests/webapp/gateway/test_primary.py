"""Batches handed to the primary worker at its door: the two ends together, a real socket between them."""

import asyncio
from collections.abc import Iterator

import pytest

from webapp.gateway.coalescing import Batch
from webapp.gateway.door import MESSAGE_BYTES_MAX
from webapp.gateway.primary import HANDED_IN_MAX, Primary
from worker.contract.lane import DOOR_BYTES_MAX, FRAME
from worker.lane.door import Door

PATIENCE_S = 5.0


def batch() -> Batch:
    return Batch(())


def message(knock: bool) -> bytes:
    return b"knock" if knock else b"batch"


class Heard:
    """The door of a worker, and what the gateway heard of it."""

    def __init__(self, directory) -> None:
        self.directory = directory
        self.door = Door(directory, "1-a")
        self.door.open()
        self.answers: list[bytes] = []
        self.lost: list[list[Batch]] = []
        self.said = asyncio.Event()

    def take(self, message: bytes) -> None:
        self.answers.append(message)
        self.said.set()

    def lose(self, batches: list[Batch]) -> None:
        self.lost.append(batches)
        self.said.set()

    def messages(self) -> list[bytes]:
        return [message for _, message in self.door.wait(PATIENCE_S)]


@pytest.fixture
def heard(tmp_path) -> Iterator[Heard]:
    heard = Heard(tmp_path)
    yield heard
    if not heard.door._poll.closed:
        heard.door.close()


def run(heard: Heard, scenario):
    """Run a scenario with a gateway that has come in."""

    async def main():
        primary = Primary(heard.directory, on_message=heard.take, on_lost=heard.lose)
        primary.follow("1-a")
        heard.door.admit()
        try:
            return await scenario(primary)
        finally:
            primary.leave()

    return asyncio.run(main())


def test_before_anybody_is_primary_nothing_is_handed_in(heard):
    async def scenario(primary):
        primary.leave()
        primary.follow("")
        return primary.hand_in(batch(), message)

    assert run(heard, scenario) is False


def test_a_worker_that_is_gone_is_not_entered(heard):
    async def scenario(primary):
        primary.follow("2-b")
        return primary.hand_in(batch(), message)

    assert run(heard, scenario) is False


def test_a_batch_is_heard_and_its_answer_comes_back(heard):
    async def scenario(primary):
        handed_in = primary.hand_in(batch(), message)
        [(caller, said)] = heard.door.wait(PATIENCE_S)
        caller.gateway = "me"
        heard.door.reply("me", b"answer " + said)
        await asyncio.wait_for(heard.said.wait(), PATIENCE_S)
        return handed_in

    assert run(heard, scenario) is True
    assert heard.answers == [b"answer batch"]


def test_no_more_is_handed_in_than_the_worker_can_have_ready(heard):
    async def scenario(primary):
        return [primary.hand_in(batch(), message) for _ in range(HANDED_IN_MAX + 1)]

    assert run(heard, scenario) == [True] * HANDED_IN_MAX + [False]


def test_an_answered_batch_makes_room(heard):
    async def scenario(primary):
        first, second = batch(), batch()
        primary.hand_in(first, message)
        primary.hand_in(second, message)
        primary.settle(first)
        return primary.has(first), primary.has(second), primary.hand_in(batch(), message)

    assert run(heard, scenario) == (False, True, True)


def test_what_does_not_fit_the_socket_goes_another_way(heard):
    async def scenario(primary):
        return primary.hand_in(batch(), lambda _knock: b"x" * (DOOR_BYTES_MAX + 1))

    assert run(heard, scenario) is False


def test_a_knock_is_heard_at_once_where_the_worker_holds_nothing(heard):
    async def scenario(primary):
        primary.knock()
        return heard.messages()

    assert run(heard, scenario) == [b""]


def test_a_knock_beside_a_batch_comes_with_the_next_one(heard):
    async def scenario(primary):
        primary.hand_in(batch(), message)
        primary.knock()
        primary.hand_in(batch(), message)
        return heard.messages()

    assert run(heard, scenario) == [b"batch", b"knock"]


def test_a_knock_that_no_batch_has_told_is_told_when_the_last_one_is_answered(heard):
    async def scenario(primary):
        only = batch()
        primary.hand_in(only, message)
        primary.knock()
        first = heard.messages()
        primary.settle(only)
        primary.knock_if_due()
        return first, heard.messages()

    assert run(heard, scenario) == ([b"batch"], [b""])


def test_it_shows_whether_the_worker_has_read_the_last_batch(heard):
    async def scenario(primary):
        first, last = batch(), batch()
        primary.hand_in(first, message)
        heard.messages()
        primary.hand_in(last, message)
        before = primary.has_unread(first), primary.has_unread(last)
        heard.messages()
        return before, primary.has_unread(last)

    assert run(heard, scenario) == ((False, True), False)


def test_batches_that_nobody_has_read_are_told_to_be_unread_all_of_them(heard):
    async def scenario(primary):
        both = [batch(), batch()]
        for one in both:
            primary.hand_in(one, message)
        before = [primary.has_unread(one) for one in both]
        heard.messages()
        return before, [primary.has_unread(one) for one in both]

    assert run(heard, scenario) == ([True, True], [False, False])


def test_what_a_dead_worker_held_is_given_back(heard):
    held = [batch(), batch()]

    async def scenario(primary):
        for one in held:
            primary.hand_in(one, message)
        heard.messages()
        heard.door.close()
        await asyncio.wait_for(heard.said.wait(), PATIENCE_S)
        return primary.hand_in(batch(), message)

    assert run(heard, scenario) is False
    assert heard.lost == [held]


def test_a_worker_that_announces_more_than_any_answer_is_left(heard):
    held = batch()

    async def scenario(primary):
        primary.hand_in(held, message)
        [(caller, _)] = heard.door.wait(PATIENCE_S)
        caller.connection.sendall(FRAME.pack(MESSAGE_BYTES_MAX + 1))
        await asyncio.wait_for(heard.said.wait(), PATIENCE_S)
        return primary.is_entered

    assert run(heard, scenario) is False
    assert heard.lost == [[held]]


def test_where_another_is_primary_the_last_one_gives_back_what_it_held(heard, tmp_path):
    other = Door(tmp_path, "2-b")
    other.open()
    held = batch()

    async def scenario(primary):
        primary.hand_in(held, message)
        primary.follow("2-b")
        other.admit()
        return primary.hand_in(batch(), message), [said for _, said in other.wait(PATIENCE_S)]

    assert run(heard, scenario) == (True, [b"batch"])
    assert heard.lost == [[held]]
    other.close()


def test_a_look_that_finds_no_primary_changes_nothing(heard):
    held = batch()

    async def scenario(primary):
        primary.hand_in(held, message)
        primary.follow("")
        return primary.has(held)

    assert run(heard, scenario) is True
