"""A file of 50 MB that is sent to a running box over a line that breaks again and again."""

import hashlib
import os
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import pytest

from appliance import resumable
from tests.running_box import RunningBox

pytestmark = [pytest.mark.box, pytest.mark.usefixtures("unharmed")]

SIZE_BYTES: Final = 50 << 20
CUTS: Final = (3 << 20, 100, 17_777_777, 1 << 20, 12_345_678)


class BrokenLine(socketserver.ThreadingTCPServer):
    """Stands before a box and hands on what comes; the first that bring a piece of a file end after so many bytes."""

    def __init__(self, port: int, cuts: tuple[int, ...]) -> None:
        super().__init__(("127.0.0.1", 0), Connection)
        self.port = port
        self.cuts = list(cuts)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"

    @contextmanager
    def standing(self) -> Iterator[None]:
        thread = threading.Thread(target=self.serve_forever)
        thread.start()
        with self:
            yield
            self.shutdown()
            thread.join()


class Connection(socketserver.BaseRequestHandler):
    """One connection to the line, and the one that it makes to the box."""

    server: BrokenLine

    def handle(self) -> None:
        with socket.create_connection(("127.0.0.1", self.server.port)) as far:
            back = threading.Thread(target=hand_on, args=(far, self.request, None))
            back.start()
            head = self.request.recv(65536)
            is_cut = head.startswith(b"PATCH") and self.server.cuts
            with suppress(OSError):
                far.sendall(head)
            hand_on(self.request, far, self.server.cuts.pop(0) if is_cut else None)
            back.join()


def hand_on(source: socket.socket, target: socket.socket, most_bytes: int | None) -> None:
    handed_bytes = 0
    with suppress(OSError):
        while (most_bytes is None or handed_bytes <= most_bytes) and (chunk := source.recv(65536)):
            target.sendall(chunk)
            handed_bytes += len(chunk)
    for each in (source, target):
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)


def test_a_file_arrives_whole_over_a_line_that_breaks(box: RunningBox, tmp_path: Path) -> None:
    box.add_user("rosa")
    path = tmp_path / "rows.csv"
    path.write_bytes(os.urandom(SIZE_BYTES))
    line = BrokenLine(box.port, CUTS)
    with line.standing():
        upload_id = resumable.send(line.url, box.key("rosa"), path, lambda *_: None)
    arrived = box.data.spool / "resumable" / upload_id
    assert line.cuts == []
    assert hashlib.sha256(arrived.read_bytes()).digest() == hashlib.sha256(path.read_bytes()).digest()
