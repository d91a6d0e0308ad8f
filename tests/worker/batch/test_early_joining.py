"""A result that grows while chunks are answered: whatever happens to it, its bytes are those of all parts."""

import fcntl
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.small_disk import fill, small_disk
from tests.worker.batch.jobs import Job, job, told
from tests.worker.tables import signatures
from worker.batch import assembling, early_joining
from worker.batch.early_joining import DRAFT, MARK, MARKS, join_early
from worker.batch.scoring import Scoring
from worker.contract.batch import Choice, FileFormat
from worker.models.answers import Answers

CHUNKS = 5
CONTENT = b"a\n" + b"".join(b"%04d\n" % value for value in range(5_000))
MODEL = told(lambda table: Answers(table.columns[0] * 2.0), (signatures.number("a"),))
EXPECTED = b"a,prediction,status,problem,version\n" + b"".join(
    b"%04d,%d.0,ok,,3\n" % (value, 2 * value) for value in range(5_000)
)


def planned(spool, content=CONTENT, **more) -> Job:
    made = job(spool, content, MODEL, rows_of_chunk=1_100, **more)
    made.plan()
    assert len(made.kept.chunks) == CHUNKS
    return made


def score(made: Job, number: int, **more) -> None:
    Scoring(made.place, made.kept, made.model).score(made.step, made.kept.chunks[number], lambda _: None, **more)


def scored(spool) -> Job:
    """Return a job all of whose chunks are answered and the first three joined."""
    made = planned(spool)
    for number in range(3):
        score(made, number)
    join_early(made.place)
    for number in range(3, CHUNKS):
        score(made, number)
    return made


def marks(made: Job) -> int:
    return (made.place.joined / MARKS).stat().st_size // MARK.size


def result(made: Job) -> bytes:
    made.assemble()
    assert not list(made.place.joined.glob("*"))
    return made.place.result.read_bytes()


@contextmanager
def locked(made: Job):
    """Hold the draft as another worker does."""
    directory = os.open(made.place.joined, os.O_RDONLY)
    fcntl.flock(directory, fcntl.LOCK_EX)
    try:
        yield
    finally:
        os.close(directory)


@pytest.fixture(scope="module")
def spool(tmp_path_factory):
    return tmp_path_factory.mktemp("spool")


STEPS = st.tuples(st.integers(0, CHUNKS - 1), st.booleans())


@settings(max_examples=25, deadline=None)
@given(order=st.permutations(range(CHUNKS)), again=st.lists(STEPS, max_size=3), busy=st.sets(st.integers(0, CHUNKS)))
def test_bytes_are_the_same_whatever_the_order(spool, order, again, busy):
    made = planned(spool)
    for at, (number, skip) in enumerate([*((number, False) for number in order), *again]):
        score(made, number, skip=skip)
        if at not in busy:
            join_early(made.place)
    parts = [made.place.part(number).read_bytes() for number in range(CHUNKS)]
    assert result(made) == EXPECTED.splitlines(keepends=True)[0] + b"".join(parts)
    assert again or made.place.result.read_bytes() == EXPECTED


@pytest.mark.parametrize("output", FileFormat)
@pytest.mark.parametrize("came_as", ["csv", "jsonl"])
def test_every_format_is_what_it_is_without(tmp_path, output, came_as):
    content = CONTENT if came_as == "csv" else b"".join(b'{"a": %d}\n' % value for value in range(5_000))
    results = []
    for early in (True, False):
        made = job(tmp_path, content, MODEL, Choice(output=output), rows_of_chunk=1_000, file_name=f"x.{came_as}")
        made.plan()
        for number in range(len(made.kept.chunks)):
            score(made, number)
            if early:
                join_early(made.place)
        results.append(result(made))
    assert results[0] == results[1]


def test_parts_are_joined_as_far_as_they_are_there(spool):
    made = planned(spool)
    for number, joined in ((1, 0), (0, 2), (4, 2), (2, 3), (3, 5)):
        score(made, number)
        join_early(made.place)
        assert marks(made) == joined
    assert (made.place.joined / DRAFT).read_bytes() == EXPECTED


def test_part_that_was_written_anew_is_joined_anew(spool):
    made = scored(spool)
    score(made, 1, skip=True)
    lines = result(made).splitlines(keepends=True)
    assert lines[1_500].endswith(b"These rows ended the worker each time they were tried,3\n")
    assert b"".join(lines[:1_000] + lines[2_100:]) == b"".join(
        EXPECTED.splitlines(keepends=True)[:1_000] + EXPECTED.splitlines(keepends=True)[2_100:]
    )


def test_who_finds_another_at_it_goes_on(spool):
    made = scored(spool)
    with locked(made):
        join_early(made.place)
    assert marks(made) == 3
    assert result(made) == EXPECTED


def test_joiners_at_once_join_each_part_once(spool):
    made = planned(spool)

    def work(at: int) -> None:
        score(made, at)
        join_early(made.place)

    with ThreadPoolExecutor(CHUNKS) as workers:
        list(workers.map(work, range(CHUNKS)))
        results = list(workers.map(lambda _: made.assemble().result_bytes, range(3)))
    assert results == [len(EXPECTED)] * 3
    assert result(made) == EXPECTED


def test_result_is_made_without_a_worker_that_stands_still(spool, monkeypatch):
    monkeypatch.setattr(early_joining, "PATIENCE_S", 0.1)
    made = scored(spool)
    with locked(made), (made.place.joined / DRAFT).open("ab") as draft:
        made.assemble()
        draft.write(b"late")
    assert made.place.result.read_bytes() == EXPECTED


def test_late_joiner_touches_no_result(spool):
    made = scored(spool)
    parts = [made.place.part(number) for number in range(CHUNKS)]
    assert result(made) == EXPECTED
    join_early(made.place)
    assert made.place.result.read_bytes() == EXPECTED
    made.place.clear_parts()
    join_early(made.place)
    assert not made.place.joined.exists()
    assert not any(part.exists() for part in parts)


@pytest.mark.parametrize("left", [b"half a part", b""])
def test_what_a_dead_worker_left_is_cut(spool, left):
    made = scored(spool)
    with (made.place.joined / DRAFT).open("ab") as draft, (made.place.joined / MARKS).open("ab") as written:
        draft.write(left)
        written.write(b"half")
    join_early(made.place)
    assert (marks(made), result(made)) == (CHUNKS, EXPECTED)


def test_marks_of_a_draft_that_became_the_result_are_forgotten(spool):
    made = scored(spool)
    (made.place.joined / DRAFT).rename(made.place.result)
    before = made.place.result.read_bytes()
    join_early(made.place)
    assert made.place.result.read_bytes() == before
    assert result(made) == EXPECTED


DYING = """
import os, shutil, signal, sys
from itertools import count
from pathlib import Path
from worker.batch.early_joining import _growing, finish, held
from worker.batch.places import JobPlace
from worker.contract.batch import Step

spool, job_id, before, head, expected = sys.argv[1:]
place = JobPlace(Path(spool), Step(job_id=job_id, attempt=1, token="t"))
parts = sorted(place.part(0).parent.iterdir())

def dies(point):
    def trace(frame, *_):
        nonlocal point
        point -= "joining" in frame.f_code.co_filename
        if point == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return trace

    child = os.fork()
    if child == 0:
        sys.settrace(trace)
        finish(place, head.encode(), parts, lambda: None)
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])

for point in count(1):
    shutil.rmtree(place.joined)
    shutil.copytree(before, place.joined)
    place.result.unlink(missing_ok=True)
    died = dies(point)
    assert not place.result.exists() or place.result.read_bytes() == Path(expected).read_bytes(), point
    if point % 2:
        with held(place.joined) as directory, _growing(directory, head.encode()) as growing:
            growing.add(parts[len(growing.marks):])
    finish(place, head.encode(), parts, lambda: None)
    assert place.result.read_bytes() == Path(expected).read_bytes(), point
    if not died:
        break
print(point)
"""


def test_killed_at_any_line_the_result_is_whole(spool, tmp_path):
    made = scored(spool)
    shutil.copytree(made.place.joined, tmp_path / "before")
    (tmp_path / "expected").write_bytes(EXPECTED)
    head = EXPECTED.splitlines(keepends=True)[0].decode()
    facts = [str(spool), made.step.job_id, str(tmp_path / "before"), head, str(tmp_path / "expected")]
    told = subprocess.run([sys.executable, "-c", DYING, *facts], check=True, stdout=subprocess.PIPE, timeout=120)
    assert int(told.stdout) > 50


def test_next_attempt_begins_anew(spool):
    former = scored(spool)
    made = replace(former, step=msgspec.structs.replace(former.step, attempt=2))
    made.place.clear_former_attempts()
    made.place.make()
    made = replace(made, request=msgspec.structs.replace(made.request, step=made.step))
    made.plan()
    join_early(former.place)
    for number in range(CHUNKS):
        score(made, number)
        join_early(made.place)
    assert result(made) == EXPECTED
    assert not former.place.attempt.exists()


def test_full_disk_leaves_joining_to_the_end(tmp_path, caplog):
    with small_disk(tmp_path, 3 << 20) as disk:
        made = planned(disk)
        score(made, 0)
        join_early(made.place)
        score(made, 1)
        ballast = fill(disk)
        join_early(made.place)
        assert "are left for the end" in caplog.text
        assert marks(made) == 1
        with pytest.raises(OSError, match="No space left"):
            made.assemble()
        ballast.unlink()
        for number in range(2, CHUNKS):
            score(made, number)
        assert result(made) == EXPECTED


def test_result_for_which_nobody_waits_leaves_nothing(spool):
    made = scored(spool)

    def refuse() -> None:
        raise KeyError

    with pytest.raises(KeyError):
        assembling._make_result(made.kept, made.place, refuse)
    assert not made.place.result.exists()
    assert not list(made.place.joined.glob("*"))
