"""Pieces of a file: written as they arrive, by one request at a time, and kept whatever becomes of the connection."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.running_box import eventually
from tests.small_disk import fill, small_disk
from tests.webapp.uploading.program import PIECE, Program, Told
from webapp import uploads
from webapp.uploading import files, receiving
from webapp.uploading.errors import UploadBusyError
from webapp.uploading.models import Upload

pytestmark = pytest.mark.django_db(transaction=True)

CONTENT = os.urandom(3 << 20)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    monkeypatch.setattr(receiving, "LOOK_S", 0.02)
    monkeypatch.setattr(uploads, "DRAIN_S", 0.02)


@pytest.fixture
def path(program: Program) -> str:
    return program.begun(len(CONTENT))


@pytest.fixture
def full_soon(program, settings, tmp_path: Path) -> Iterator[Path]:
    """A disk of 2 MB under the uploads, and no reserve, so that it really runs full."""
    files.directory().mkdir()
    with small_disk(files.directory(), 2 << 20) as disk:
        settings.DISK_RESERVE_BYTES = 0
        yield disk


def request(body: bytes, *, more: bool = True) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


def test_a_file_comes_in_pieces(program, path):
    told = program.send(path, 0, CONTENT[:1000])
    assert (told.status, told.headers["upload-offset"]) == (204, "1000")
    assert program.send(path, 1000, CONTENT[1000:]).headers["upload-offset"] == str(len(CONTENT))
    assert Upload.objects.get().path.read_bytes() == CONTENT


def test_a_piece_may_come_in_chunks(program, path):
    chunked = {"transfer-encoding": "chunked", "content-length": ""}
    assert program.send(path, 0, CONTENT, **chunked).status == 204
    assert Upload.objects.get().path.read_bytes() == CONTENT


def test_what_arrived_before_the_connection_broke_is_kept(program, path):
    arrived = CONTENT[: (1 << 20) + 777]
    assert program.send(path, 0, arrived, leaves=True, **{"content-length": str(len(CONTENT))}).status == 0
    assert program.offset(path) == len(arrived)
    assert program.send(path, len(arrived), CONTENT[len(arrived) :]).status == 204
    assert Upload.objects.get().path.read_bytes() == CONTENT


def test_a_piece_that_is_sent_twice_is_refused_and_changes_nothing(program, path):
    program.send(path, 0, CONTENT[:1000])
    assert program.send(path, 0, CONTENT[:1000]).code == "wrong_offset"
    assert program.offset(path) == 1000


def test_a_complete_file_takes_nothing_more(program, path):
    program.send(path, 0, CONTENT)
    assert program.send(path, len(CONTENT), b"").status == 204
    assert program.send(path, len(CONTENT), b"x").code == "body_too_large"
    assert program.offset(path) == len(CONTENT)


def test_chunks_beyond_the_declared_length_are_cut_off(program):
    path = program.begun(100)
    told = program.send(path, 0, bytes(150), **{"transfer-encoding": "chunked", "content-length": ""})
    assert (told.status, told.code, program.offset(path)) == (413, "body_too_large", 100)


def test_an_empty_file_is_complete_at_once(program):
    path = program.begun(0)
    assert program.send(path, 0, b"").status == 204


def test_who_stalls_is_told_and_what_arrived_is_kept(program, path, monkeypatch):
    monkeypatch.setattr(receiving, "IDLE_S", 0.1)
    headers = {"content-type": PIECE, "upload-offset": "0", "content-length": str(len(CONTENT))}
    told = asyncio.run(program.speak("PATCH", path, [request(CONTENT[:5000])], **headers))
    assert (told.status, told.code, program.offset(path)) == (408, "body_incomplete", 5000)


def test_what_trickles_in_is_written_before_more_comes(program, path):
    seen: list[int] = []

    async def later() -> dict[str, Any]:
        await asyncio.sleep(0.3)
        seen.append(files.length_bytes(path[-32:]))
        return {"type": "http.disconnect"}

    headers = {"content-type": PIECE, "upload-offset": "0", "content-length": str(len(CONTENT))}
    asyncio.run(program.speak("PATCH", path, [request(CONTENT[:5000]), later], **headers))
    assert seen == [5000]


def two_writers(program, path: str) -> tuple[Told, Told]:
    """A connection that died without a word after 5000 bytes, and the caller who has come back."""
    older_headers = {"content-type": PIECE, "upload-offset": "0", "content-length": str(len(CONTENT))}
    newer_headers = {"content-type": PIECE, "upload-offset": "5000", "content-length": str(len(CONTENT) - 5000)}

    async def both() -> tuple[Told, Told]:
        older = asyncio.create_task(program.speak("PATCH", path, [request(CONTENT[:5000])], **older_headers))
        assert await asyncio.to_thread(eventually, lambda: files.length_bytes(path[-32:]) == 5000)
        newer = await program.speak("PATCH", path, [request(CONTENT[5000:], more=False)], **newer_headers)
        return await older, newer

    return asyncio.run(both())


def test_who_comes_back_need_not_wait_for_a_dead_connection(program, path):
    older, newer = two_writers(program, path)
    assert (older.status, older.code, newer.status) == (423, "upload_locked", 204)
    assert Upload.objects.get().path.read_bytes() == CONTENT


def test_who_cannot_get_the_file_in_time_is_told(program, path, monkeypatch):
    monkeypatch.setattr(receiving, "LOCK_S", 0.1)
    writer = files.Writer(path[-32:])
    assert writer.is_alone()
    told = program.send(path, 0, CONTENT)
    writer.close()
    assert (told.status, told.code, program.offset(path)) == (423, "upload_locked", 0)


def test_a_writer_writes_nothing_once_a_newer_one_came(program, path):
    older = files.Writer(path[-32:])
    newer = files.Writer(path[-32:])
    with pytest.raises(UploadBusyError):
        older.write(b"late")
    assert newer.size_bytes == 0
    older.close()
    newer.close()


def test_a_closed_writer_writes_nowhere(program, path):
    writer = files.Writer(path[-32:])
    writer.close()
    writer.write(b"late")
    assert program.offset(path) == 0


def test_what_is_given_up_ends_who_writes_to_it(program, path):
    async def gives_up() -> dict[str, Any]:
        files.remove(path[-32:])
        return request(CONTENT[:5000])

    headers = {"content-type": PIECE, "upload-offset": "0", "content-length": str(len(CONTENT))}
    told = asyncio.run(program.speak("PATCH", path, [gives_up], **headers))
    assert (told.status, told.code) == (404, "not_found")


def test_a_disk_that_fills_up_keeps_what_there_is(program, full_soon, settings):
    path = program.begun(len(CONTENT))
    told = program.send(path, 0, CONTENT)
    assert (told.status, told.code) == (507, "disk_full")
    kept = program.offset(path)
    assert CONTENT[:kept] == (full_soon / path[-32:]).read_bytes()
    assert kept > 1 << 20


def test_a_disk_that_is_full_refuses_a_piece_and_has_room_later(program, full_soon, settings):
    path = program.begun(1000)
    ballast = fill(full_soon)
    assert program.send(path, 0, CONTENT[:1000]).code == "disk_full"
    ballast.unlink()
    assert program.send(path, 0, CONTENT[:1000]).status == 204


def test_the_reserve_of_the_disk_is_looked_at_meanwhile(program, path, settings, monkeypatch):
    monkeypatch.setattr(receiving, "LOOK_EVERY_BYTES", 1 << 20)

    async def fuller() -> dict[str, Any]:
        settings.DISK_RESERVE_BYTES = 1 << 60
        return request(CONTENT[: 2 << 20])

    headers = {"content-type": PIECE, "upload-offset": "0", "transfer-encoding": "chunked"}
    told = asyncio.run(program.speak("PATCH", path, [fuller], **headers))
    assert (told.status, told.code, program.offset(path)) == (507, "disk_full", 2 << 20)
