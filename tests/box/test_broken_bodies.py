"""Uploads whose bodies are too large, lie about their length or end in the middle."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import pytest

from tests.box.publishers import assert_nothing_is_left, in_spool
from tests.running_box import RunningBox, eventually
from tests.worker.inspection.uploads import flowers, skops_bytes

pytestmark = [pytest.mark.box, pytest.mark.usefixtures("unharmed")]

BOUNDARY: Final = b"bOuNdArY"
AT_ONCE_S: Final = 3.0
LARGE: Final = 24 << 20


def part(name: str, content: bytes) -> bytes:
    head = f'Content-Disposition: form-data; name="{name}"; filename="{name}"'.encode()
    return b"--" + BOUNDARY + b"\r\n" + head + b"\r\n\r\n" + content + b"\r\n"


def form(artifact: bytes) -> bytes:
    reference = flowers().to_csv(index=False).encode()
    return part("artifact", artifact) + part("reference", reference) + b"--" + BOUNDARY + b"--\r\n"


@contextmanager
def upload(box: RunningBox, model: str, length: int) -> Iterator[socket.socket]:
    """Open a connection and send the head of an upload that says how long its body is."""
    host, port = box.url.removeprefix("http://").split(":")
    lines = [
        f"POST /api/v1/models/{model}/versions HTTP/1.1",
        f"Host: {host}",
        f"Authorization: Bearer {box.key()}",
        f"Content-Type: multipart/form-data; boundary={BOUNDARY.decode()}",
        f"Content-Length: {length}",
    ]
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        yield connection


def answer(connection: socket.socket) -> bytes:
    """Return what comes until the connection is closed or holds still."""
    received = b""
    connection.settimeout(AT_ONCE_S)
    try:
        while chunk := connection.recv(65536):
            received += chunk
    except TimeoutError:
        pass
    return received


def is_known(publisher, model: str) -> bool:
    return bool(publisher.client.get(f"/api/v1/models/{model}").status_code == 200)


def test_three_gigabytes_are_refused_before_a_byte_is_sent(box, publisher):
    with upload(box, "body-huge", 3 << 30) as connection:
        started_s = time.monotonic()
        head = connection.recv(65536)
        assert time.monotonic() - started_s < AT_ONCE_S
        assert head.startswith(b"HTTP/1.1 413 ")
        assert b"body_too_large" in head + answer(connection)
    assert not is_known(publisher, "body-huge")


def test_a_length_that_is_too_small_cuts_the_form_off(box, publisher):
    body = form(skops_bytes())
    with upload(box, "body-cut", len(body) // 2) as connection:
        connection.sendall(body)
        received = answer(connection)
    # What comes after the length is taken for another request, which it is not.
    assert received.startswith(b"HTTP/1.1 400 ")
    assert not is_known(publisher, "body-cut")


def test_a_length_that_is_too_large_and_a_caller_who_leaves_publish_nothing(box, publisher):
    body = form(skops_bytes())
    with upload(box, "body-short", 2 * len(body)) as connection:
        connection.sendall(body)
    assert_nothing_is_left(box)
    assert not is_known(publisher, "body-short")


def test_a_length_that_is_no_number_is_refused(box, publisher):
    host, port = box.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        head = f"POST /api/v1/models/body-minus/versions HTTP/1.1\r\nHost: {host}\r\nContent-Length: -5\r\n\r\n"
        connection.sendall(head.encode())
        assert answer(connection).startswith(b"HTTP/1.1 400 ")
    assert not is_known(publisher, "body-minus")


def test_an_upload_that_is_aborted_leaves_nothing(box, publisher):
    body = form(bytes(LARGE))
    with upload(box, "body-aborted", len(body)) as connection:
        connection.sendall(body[: LARGE // 2])
        assert not eventually(lambda: in_spool(box) != [], timeout_s=0.5), "A body is spooled without a name"
    assert not is_known(publisher, "body-aborted")
