"""The direct way beside ASGI, on real connections: who takes it, in which order answers leave, and what ends it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
import uvicorn

from webapp.http_protocol import BoundedHttpToolsProtocol

HEAD = b"POST /hot HTTP/1.1\r\nHost: box\r\n"


class Hot:
    """A request that is answered when `after` has passed, with its body and a number."""

    def __init__(self, application: "Application") -> None:
        self.application = application

    def ask(self, body, on_reply) -> None:
        self.application.asked.append(body)

        def reply() -> None:
            on_reply(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n" % (len(body) + 7), b"direct " + body)

        asyncio.get_running_loop().call_later(self.application.after_s, reply)


class Application:
    """Answers by ASGI what it is called for, and offers the direct way to `/hot`."""

    def __init__(self, after_s: float = 0) -> None:
        self.after_s = after_s
        self.asked: list[bytes] = []

    def direct_request(self, url: bytes, headers: list[tuple[bytes, bytes]]) -> Hot | None:
        return Hot(self) if url == b"/hot" and dict(headers).get(b"content-length", b"").isdigit() else None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        said = b"asgi " + scope["path"].encode() + b" " + body
        headers = [(b"content-length", b"%d" % len(said))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": said})


@contextlib.asynccontextmanager
async def serving(application: Application, keep_alive_s: int = 5) -> AsyncIterator[int]:
    """Serve the application as the box does and yield the port."""
    config = uvicorn.Config(
        application,
        http=BoundedHttpToolsProtocol,
        lifespan="off",
        port=0,
        proxy_headers=False,
        timeout_keep_alive=keep_alive_s,
    )
    server = uvicorn.Server(config)
    config.load()
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    yield server.servers[0].sockets[0].getsockname()[1]
    await server.shutdown()


def said(application: Application, *parts: bytes, until: bytes = b"", keep_alive_s: int = 5) -> bytes:
    """Send the parts on one connection and return what came back up to `until`, or up to its end."""

    async def main() -> bytes:
        async with serving(application, keep_alive_s) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            for part in parts:
                writer.write(part)
                await asyncio.sleep(0.02)  # each part is read on its own
            wanted = reader.readuntil(until) if until else reader.read()
            answer: bytes = await asyncio.wait_for(wanted, 10)
            writer.close()
        return answer

    return asyncio.run(main())


def request(body: bytes, *lines: bytes) -> bytes:
    """Return a hot request."""
    return HEAD + b"".join(line + b"\r\n" for line in lines) + b"Content-Length: %d\r\n\r\n" % len(body) + body


def test_a_whole_request_is_answered_without_asgi():
    application = Application()
    answer = said(application, request(b"one"), until=b"direct one")
    assert answer == b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\ndirect one"
    assert application.asked == [b"one"]


@pytest.mark.parametrize("line", [b"Expect: 100-continue", b"X: y"])
def test_a_body_that_comes_later_goes_by_asgi(line):
    whole = request(b"one two", line)
    application = Application()
    answer = said(application, whole[:-4], whole[-4:], until=b"one two")
    assert b"asgi /hot one two" in answer
    assert application.asked == []


def test_a_chunked_body_goes_by_asgi():
    chunked = HEAD + b"Transfer-Encoding: chunked\r\n\r\n3\r\none\r\n0\r\n\r\n"
    assert b"asgi /hot one" in said(Application(), chunked, until=b"one")


@pytest.mark.parametrize("after_s", [0, 0.05])
def test_requests_sent_together_are_answered_in_order(after_s):
    other = b"GET /other HTTP/1.1\r\nHost: box\r\n\r\n"
    together = request(b"one") + request(b"two") + other + request(b"end")
    answer = said(Application(after_s), together, until=b"end")
    order = [answer.index(word) for word in (b"direct one", b"two", b"/other", b"end")]
    assert order == sorted(order)


def test_a_request_sent_while_another_is_asked_waits_its_turn():
    answer = said(Application(0.1), request(b"one"), request(b"two"), until=b"two")
    assert answer.index(b"direct one") < answer.index(b"two")


def test_a_caller_who_wants_it_gets_a_closed_connection():
    answer = said(Application(), request(b"one", b"Connection: close"))
    assert b"connection: close" in answer
    assert answer.endswith(b"direct one")


def test_a_connection_that_stays_idle_is_closed():
    assert said(Application(), request(b"one"), keep_alive_s=1).endswith(b"direct one")


def test_an_answer_that_takes_longer_than_the_idle_time_still_comes():
    assert said(Application(1.3), request(b"one"), keep_alive_s=1).endswith(b"direct one")


def test_a_caller_who_leaves_disturbs_nobody():
    application = Application(0.1)

    async def main() -> bytes:
        async with serving(application) as port:
            _, gone = await asyncio.open_connection("127.0.0.1", port)
            gone.write(request(b"gone"))
            await asyncio.sleep(0.02)
            gone.close()
            reader, here = await asyncio.open_connection("127.0.0.1", port)
            here.write(request(b"here"))
            answer: bytes = await asyncio.wait_for(reader.readuntil(b"here"), 10)
            here.close()
        return answer

    assert b"direct here" in asyncio.run(main())
    assert application.asked == [b"gone", b"here"]
