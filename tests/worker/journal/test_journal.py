"""What is noted is found again: after a death, across days, packed, and not once it was forgotten."""

import os
import subprocess
import sys
import time
import zlib
from pathlib import Path

import numpy as np
import pytest

from tests.worker.journal.rows import DAY_MS, NOON_MS, ORIGIN, SIGNATURE, answered
from worker.contract.journal_keeping import EndpointBounds, KeepRequest
from worker.journal import block, keeping, reading
from worker.journal.columns import CALLER, REQUEST
from worker.journal.keeping import Bounds
from worker.journal.places import SWAP, days, segments_of
from worker.journal.reading import Window
from worker.journal.writing import ROWS_HELD_MAX, JournalWriter

NOON_S = NOON_MS / 1000


@pytest.fixture
def endpoint(tmp_path):
    return tmp_path / "diamonds"


@pytest.fixture
def write(tmp_path):
    """Write answers as one process would that begins and ends."""

    def write_all(*noted, name="w1", origin=ORIGIN):
        writer = JournalWriter(tmp_path, name, lambda: NOON_S)
        for each in noted:
            writer.note(origin, SIGNATURE, each)
        writer.flush()

    return write_all


ALL = Window()


def ids(endpoint: Path, window: Window = ALL) -> list[str]:
    return [str(each) for each in reading.joined(reading.blocks(endpoint, window), [REQUEST])[REQUEST]]


def test_what_was_noted_is_read_in_its_window(endpoint, write):
    write(answered("a", "b"), answered("c", at_ms=NOON_MS + 1000), answered("d", at_ms=NOON_MS + DAY_MS))
    assert ids(endpoint) == ["a", "b", "c", "d"]
    assert ids(endpoint, Window(first_ms=NOON_MS, end_ms=NOON_MS + 1000)) == ["a", "b"]
    assert ids(endpoint, Window(first_ms=NOON_MS + 1)) == ["c", "d"]
    assert reading.count(endpoint, Window(end_ms=NOON_MS)) == 0


def test_versions_are_told_apart(endpoint, write):
    write(answered("a"))
    write(answered("b"), origin=ORIGIN._replace(version=4, digest="e" * 64))
    assert ids(endpoint, Window(digest="e" * 64)) == ["b"]


def test_a_request_is_found_by_its_id_with_all_that_was_asked_and_answered(endpoint, write):
    write(answered("a", "b", rows=2))
    (found,) = reading.find(endpoint, "b")
    assert found.columns["carat"].tolist() == [2.5, 3.5]
    assert found.columns[CALLER].tolist() == ["api:7", "api:7"]
    assert found.version == 3
    assert reading.find(endpoint, "nobody") == []


def test_a_process_that_is_killed_loses_what_came_since_the_last_second(tmp_path, endpoint):
    program = (
        "import sys, time, pathlib\n"
        "from tests.worker.journal.rows import ORIGIN, SIGNATURE, answered\n"
        "from worker.journal.writing import JournalWriter\n"
        "writer = JournalWriter(pathlib.Path(sys.argv[1]), 'w1'); writer.start()\n"
        "for number in range(100000):\n"
        "    now = time.time()\n"
        "    writer.note(ORIGIN, SIGNATURE, answered(f'r{number}', at_ms=int(now * 1000)))\n"
        "    print(number, now, flush=True); time.sleep(0.01)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    time.sleep(4)
    process.kill()
    lines = process.stdout.read().splitlines()
    process.wait()
    process.stdout.close()
    last_s = float(lines[-1].split()[1])
    noted = [int(line.split()[0]) for line in lines if float(line.split()[1]) < last_s - 2]
    assert noted
    assert set(ids(endpoint)) >= {f"r{number}" for number in noted}


def test_a_block_that_was_cut_off_hides_nothing_that_came_before(endpoint, write):
    write(answered("a"))
    (segment,) = segments_of(days(endpoint)[0])
    segment.write_bytes(segment.read_bytes() + b"\x99" * 20)
    write(answered("b"), name="w2")
    assert sorted(ids(endpoint)) == ["a", "b"]


def test_a_disk_that_takes_nothing_is_told_and_nobody_waits(tmp_path, caplog):
    (tmp_path / "diamonds").write_text("a file where a directory should be")
    writer = JournalWriter(tmp_path, "w1")
    writer.note(ORIGIN, SIGNATURE, answered("a", "b"))
    writer.flush()
    assert "2 answered rows are not in the journal" in caplog.text


def test_an_endpoint_that_cannot_be_written_takes_no_rows_of_another_with_it(tmp_path, caplog):
    (tmp_path / "diamonds").write_text("a file where a directory should be")
    writer = JournalWriter(tmp_path, "w1")
    writer.note(ORIGIN._replace(endpoint="before"), SIGNATURE, answered("a"))
    writer.note(ORIGIN, SIGNATURE, answered("b", "c"))
    writer.note(ORIGIN._replace(endpoint="behind"), SIGNATURE, answered("d"))
    writer.flush()
    assert [ids(tmp_path / each) for each in ("before", "behind")] == [["a"], ["d"]]
    assert "The journal of diamonds cannot be written" in caplog.text
    assert "2 answered rows are not in the journal" in caplog.text


def test_only_what_was_not_written_counts_as_lost(tmp_path, caplog):
    writer = JournalWriter(tmp_path, "w1")
    writer.note(ORIGIN, SIGNATURE, answered("a", at_ms=NOON_MS))
    writer.note(ORIGIN, SIGNATURE, answered("b", "c", at_ms=NOON_MS + DAY_MS))
    (tmp_path / "diamonds").mkdir()
    (tmp_path / "diamonds" / "2026-11-27").write_text("a file where a directory should be")
    writer.flush()
    assert ids(tmp_path / "diamonds") == ["a"]
    assert "2 answered rows are not in the journal" in caplog.text


def test_memory_is_bounded_while_the_disk_stands_still(tmp_path, caplog):
    writer = JournalWriter(tmp_path, "w1")
    many = answered(*(f"r{number}" for number in range(1000)), rows=100)
    for _ in range(ROWS_HELD_MAX // 100_000 + 3):
        writer.note(ORIGIN, SIGNATURE, many)
    writer.flush()
    assert "300000 answered rows are not in the journal" in caplog.text


def test_closed_days_are_packed_and_say_the_same(endpoint, write):
    for number in range(20):
        write(answered(f"r{number}", rows=50, first=number * 50), name=f"w{number}")
    before = [each.columns for each in reading.blocks(endpoint, ALL)]
    carats = sorted(np.concatenate([columns["carat"] for columns in before]).tolist())
    size = keeping.size_bytes(endpoint)
    assert keeping.pack(endpoint, max(time.time(), NOON_S) + 2 * 86_400) == 20
    assert len(segments_of(days(endpoint)[0])) == 1
    assert sorted(reading.joined(reading.blocks(endpoint, ALL), ["carat"])["carat"].tolist()) == carats
    assert keeping.size_bytes(endpoint) < size / 3


def test_a_packing_that_died_before_the_old_ones_went_tells_no_row_twice(endpoint, write):
    write(answered("a"))
    day = days(endpoint)[0]
    (old,) = segments_of(day)
    copy = old.read_bytes()
    keeping.rewrite(day, [old], lambda whole: whole)
    (new,) = segments_of(day)
    revived = day / "packed-old.rows"
    revived.write_bytes(copy)
    (day / SWAP).write_text(f'{{"new": "{new.name}", "old": ["{revived.name}"]}}')
    assert ids(endpoint) == ["a"]
    keeping.mend(endpoint)
    assert not revived.exists()
    assert ids(endpoint) == ["a"]


def test_somebody_appends_while_rows_are_forgotten_and_nothing_else_is_lost(tmp_path, endpoint):
    writer = JournalWriter(tmp_path, "w1", lambda: NOON_S)
    for number in range(30):
        writer.note(ORIGIN, SIGNATURE, answered(f"r{number}"))
        writer.flush()
        if number % 10 == 5:
            keeping.forget(endpoint, _is(f"r{number - 1}"))
    assert set(ids(endpoint)) == {f"r{number}" for number in range(30)} - {"r4", "r14", "r24"}


def test_what_is_forgotten_is_proved_to_be_gone(endpoint, write):
    write(answered("a", "b", rows=2), answered("c", at_ms=NOON_MS + DAY_MS))
    proof = keeping.forget(endpoint, lambda whole: whole.columns["cut"] == "cut 0")
    assert (proof.rows, len(proof.days)) == (2, 2)
    assert "cut 0" not in reading.joined(reading.blocks(endpoint, ALL), ["cut"])["cut"].tolist()
    assert all(len(digest) == 64 for digest in proof.sha256.values())
    assert keeping.forget(endpoint, lambda whole: whole.columns["cut"] == "cut 0").rows == 0


def test_of_the_last_day_the_first_segments_go_once_it_alone_is_too_large(endpoint, write):
    for number in range(4):
        write(answered(f"r{number}"), name=f"w{number}")
        (newest,) = [path for path in segments_of(days(endpoint)[0]) if f"-w{number}-" in path.name]
        os.utime(newest, (NOON_S + number, NOON_S + number))
    size = keeping.size_bytes(endpoint)
    assert keeping.remove_old(endpoint, Bounds(days_kept=30, bytes_max=size * 5 // 8), NOON_S) == []
    assert ids(endpoint) == ["r2", "r3"]
    keeping.remove_old(endpoint, Bounds(days_kept=30, bytes_max=1), NOON_S)
    assert ids(endpoint) == ["r3"]


def test_what_is_removed_while_it_is_written_is_begun_anew(tmp_path, endpoint):
    writer = JournalWriter(tmp_path, "w1", lambda: NOON_S)
    for request in ("a", "b"):
        writer.note(ORIGIN, SIGNATURE, answered(request))
        writer.flush()
        for path in segments_of(days(endpoint)[0]) if request == "a" else ():
            path.unlink()
    assert ids(endpoint) == ["b"]


def test_a_disk_that_is_nearly_full_is_left_to_the_others(tmp_path, endpoint, write, monkeypatch, caplog):
    write(answered("a"))
    monkeypatch.setattr("worker.journal.writing.ROOM_LEFT_BYTES", 1 << 60)
    monkeypatch.setattr("worker.journal.writing.ROOM_LEFT_PART", 1)
    write(answered("b"), name="w2")
    assert ids(endpoint) == ["a"]
    assert "which the box needs itself" in caplog.text
    assert "1 answered rows are not in the journal" in caplog.text


def test_days_go_when_their_time_is_over_or_the_size_is_too_large(endpoint, write):
    for day in range(5):
        write(answered(f"r{day}", at_ms=NOON_MS + day * DAY_MS), name=f"w{day}")
    now_s = NOON_S + 4 * 86_400
    assert keeping.remove_old(endpoint, Bounds(days_kept=3, bytes_max=1 << 30), now_s) == ["2026-11-26"]
    size = keeping.size_bytes(endpoint)
    assert len(keeping.remove_old(endpoint, Bounds(days_kept=30, bytes_max=size // 2), now_s)) == 2
    assert ids(endpoint) == ["r3", "r4"]


def _is(request_id):
    return lambda whole: whole.columns[REQUEST] == request_id


def test_an_endpoint_that_cannot_be_kept_holds_up_no_other(tmp_path, caplog):
    later_s = max(time.time(), NOON_S) + 2 * 86_400
    for name in ("a", "b"):
        writer = JournalWriter(tmp_path, "w1", lambda: NOON_S)
        writer.note(ORIGIN._replace(endpoint=name), SIGNATURE, answered("r"))
        writer.flush()
    (damaged,) = (tmp_path / "a").glob("*/*.rows")
    damaged.write_bytes(block.FRAME.pack(4, zlib.crc32(b"none")) + b"none")
    bounds = tuple(EndpointBounds(endpoint=name, days=9_999, bytes_max=1 << 30) for name in ("a", "b"))
    keeping.keep(tmp_path, KeepRequest(bounds=bounds), later_s)
    assert "The journal of a cannot be kept in its bounds" in caplog.text
    (packed,) = (tmp_path / "b").glob("*/*.rows")
    assert packed.name.startswith(keeping.PACKED)
