"""Requests gather while one is in flight, within bounds, and leave together."""

import asyncio

from webapp.gateway.coalescing import BATCH_BYTES_MAX, BATCH_REQUESTS_MAX, OVERDUE_S, Batch, Coalescer
from worker.contract.lane import LaneRequest


def request(number: int, body: bytes = b"{}") -> LaneRequest:
    return LaneRequest(number, f"r{number}", "native", "application/json", 1e9, body)


class Sent(list[Batch]):
    """Keeps the batches that left."""

    def numbers(self) -> list[list[int]]:
        return [[r.number for r in batch.requests] for batch in self]


def run(scenario):
    async def main() -> None:
        sent = Sent()
        calls: list[Batch] = []
        coalescer = Coalescer(sent.append, calls.append, asyncio.get_running_loop())
        await scenario(coalescer, sent)

    asyncio.run(main())


def test_a_lone_request_leaves_in_the_same_turn():
    async def scenario(coalescer: Coalescer, sent: Sent) -> None:
        coalescer.submit(request(1))
        await asyncio.sleep(0)
        assert sent.numbers() == [[1]]

    run(scenario)


def test_requests_behind_a_batch_gather_and_leave_together_when_it_is_answered():
    async def scenario(coalescer: Coalescer, sent: Sent) -> None:
        coalescer.submit(request(1))
        await asyncio.sleep(0)
        for number in (2, 3, 4):
            coalescer.submit(request(number))
        await asyncio.sleep(0)
        assert sent.numbers() == [[1]]
        coalescer.answered(sent[0])
        assert sent.numbers() == [[1], [2, 3, 4]]

    run(scenario)


def test_a_batch_holds_the_next_until_its_last_answer():
    async def scenario(coalescer: Coalescer, sent: Sent) -> None:
        coalescer.submit(request(1))
        coalescer.submit(request(2))
        await asyncio.sleep(0)
        coalescer.submit(request(3))
        coalescer.answered(sent[0])
        assert sent.numbers() == [[1, 2]]
        coalescer.answered(sent[0])
        assert sent.numbers() == [[1, 2], [3]]

    run(scenario)


def test_an_overdue_batch_holds_nothing_back():
    async def scenario(coalescer: Coalescer, sent: Sent) -> None:
        coalescer.submit(request(1))
        await asyncio.sleep(0)
        coalescer.submit(request(2))
        await asyncio.sleep(OVERDUE_S * 1.4)
        assert sent.numbers() == [[1], [2]]
        coalescer.answered(sent[0])  # late, and it must not release the second batch
        coalescer.submit(request(3))
        await asyncio.sleep(0)
        assert sent.numbers() == [[1], [2]]

    run(scenario)


def test_a_batch_is_bounded_in_requests():
    async def scenario(coalescer: Coalescer, sent: Sent) -> None:
        for number in range(BATCH_REQUESTS_MAX + 5):
            coalescer.submit(request(number))
        await asyncio.sleep(0)
        assert [len(batch) for batch in sent.numbers()] == [BATCH_REQUESTS_MAX]

    run(scenario)


def test_a_batch_is_bounded_in_bytes_yet_takes_one_request_of_any_size():
    async def scenario(coalescer: Coalescer, sent: Sent) -> None:
        large = b"x" * (BATCH_BYTES_MAX + 1)
        coalescer.submit(request(1, large))
        coalescer.submit(request(2, large))
        await asyncio.sleep(0)
        assert sent.numbers() == [[1]]

    run(scenario)
