"""A day is packed into one file, which may be as large as all that is kept: it is read frame by frame."""

import tracemalloc

import numpy as np
import pytest

from tests.worker.journal.rows import DAY_MS, NOON_MS, ORIGIN, SIGNATURE, answered
from worker.contract.records import FindRequest, Selector
from worker.contract.truth import BY_REQUEST
from worker.journal import block, keeping, reading
from worker.journal.finding import find
from worker.journal.forgetting import count, forget
from worker.journal.places import days, segments_of
from worker.journal.reading import Window
from worker.journal.writing import JournalWriter

NOBODY = Selector(by=BY_REQUEST, values=("nobody",))


@pytest.fixture
def endpoint(tmp_path, monkeypatch):
    """Sixty frames of 200 rows, packed into one file; what is random in them takes its room."""
    monkeypatch.setattr(keeping, "PACKED_ROWS", 200)
    writer = JournalWriter(tmp_path, "w1", lambda: NOON_MS / 1000)
    random = np.random.default_rng(7)
    for at in range(60):
        names = (random.bytes(64).hex() for _ in range(200))
        writer.note(ORIGIN, SIGNATURE, answered(*names, at_ms=NOON_MS + at))
        writer.flush()
    endpoint = tmp_path / "diamonds"
    keeping.pack(endpoint, (NOON_MS + 9 * DAY_MS) / 1000)
    return endpoint


def packed_file(endpoint):
    (day,) = days(endpoint)
    (path,) = segments_of(day)
    return path


@pytest.mark.parametrize(
    "read",
    [
        lambda endpoint: reading.count(endpoint, Window()),
        lambda endpoint: reading.find(endpoint, "nobody"),
        lambda endpoint: count(endpoint, NOBODY, NOON_MS + DAY_MS),
        lambda endpoint: forget(endpoint, NOBODY, NOON_MS + DAY_MS),
        lambda endpoint: keeping.rewrite(days(endpoint)[0], [packed_file(endpoint)], lambda whole: whole),
        lambda endpoint: find(
            endpoint, FindRequest(find_id="0" * 32, endpoint="diamonds", selector=NOBODY), lambda: 0.0
        ),
    ],
    ids=["rows", "request", "count", "forget", "rewrite", "search"],
)
def test_whoever_reads_a_packed_file_holds_a_part_of_it_only(endpoint, read):
    size_bytes = packed_file(endpoint).stat().st_size
    read(endpoint)  # what is imported for the first time is not counted
    tracemalloc.start()
    read(endpoint)
    held_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert held_bytes < size_bytes / 2


def test_a_file_that_was_cut_off_has_the_frames_before_that(endpoint):
    path = packed_file(endpoint)
    path.write_bytes(path.read_bytes()[:-1])
    assert sum(1 for _ in block.frames_of(path)) == 59


def test_of_a_file_that_went_there_is_nothing(tmp_path):
    assert list(block.frames_of(tmp_path / "gone.rows")) == []
