"""Connections against a real server: headers that do not end, and long requests that are fine."""

import asyncio
import json

import pytest
import uvicorn

from webapp.http_protocol import HEAD_BYTES_MAX, BoundedHttpToolsProtocol


async def application(scope, receive, send):
    """Answer with the size of the body."""
    size_bytes, more = 0, True
    while more:
        message = await receive()
        size_bytes += len(message["body"])
        more = message["more_body"]
    await send({"type": "http.response.start", "status": 200, "headers": [(b"connection", b"close")]})
    await send({"type": "http.response.body", "body": b"%d bytes" % size_bytes})


def ask(*parts: bytes) -> bytes:
    """Send the parts on one connection, one after another, and return all that comes back."""

    async def main() -> bytes:
        server = uvicorn.Server(uvicorn.Config(application, http=BoundedHttpToolsProtocol, lifespan="off", port=0))
        server.config.load()
        server.lifespan = server.config.lifespan_class(server.config)
        await server.startup()
        port: int = server.servers[0].sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            for part in parts:
                writer.write(part)
                await asyncio.sleep(0.001)  # each part is read on its own
            answer: bytes = await asyncio.wait_for(reader.read(), 10)
        except ConnectionError:
            answer = b""
        finally:
            writer.close()
            await server.shutdown()
        return answer

    return asyncio.run(main())


HEAD = b"POST / HTTP/1.1\r\nHost: box\r\n"
PIECE = b"a" * 8192


@pytest.mark.parametrize("head", [b"X-Long: ", b"", b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-Long: "])
def test_headers_that_do_not_end_end_the_connection(head):
    lines = [b"X-Piece: " + PIECE + b"\r\n"] if not head else [PIECE]
    got = ask(HEAD + head, *(lines * (HEAD_BYTES_MAX // len(PIECE) * 3)))
    assert b"200 OK" not in got
    assert got == b"" or b"too large" in got


def test_a_body_may_be_longer_than_the_headers():
    length = HEAD_BYTES_MAX // len(PIECE) * 3
    got = ask(HEAD + b"Content-Length: %d\r\n\r\n" % (length * len(PIECE)), *([PIECE] * length))
    assert got.endswith(b"%d bytes\r\n0\r\n\r\n" % (length * len(PIECE)))


@pytest.mark.parametrize(
    "lengths",
    [
        b"Content-Length: -1",
        b"Content-Length: +1",
        b"Content-Length: one",
        b"Content-Length: 99999999999999999999",
        b"Content-Length: 1\r\nContent-Length: 2",
        b"Content-Length: 1\r\nContent-Length: 1",
        b"Transfer-Encoding: chunked\r\nContent-Length: 1",
        b"Transfer-Encoding: chunked\r\n\r\nx",
    ],
)
def test_lengths_that_cannot_be_meant_are_refused_in_the_shape_of_every_error(lengths):
    got = ask(HEAD + lengths + b"\r\n\r\n1")
    head, _, body = got.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert b"content-type: application/json" in head
    assert b"connection: close" in head
    told = json.loads(body)
    assert (told["code"], "Content-Length" in told["hint"]) == ("invalid_input", True)


def test_more_bytes_than_the_length_says_are_no_second_request():
    got = ask(HEAD + b"Content-Length: 1\r\n\r\n{}{}")
    assert got.count(b"HTTP/1.1 ") == got.count(b"HTTP/1.1 200") + got.count(b"HTTP/1.1 400")
    assert b"2 bytes" not in got
