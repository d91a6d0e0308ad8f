"""What was refused is counted beside the journal: after a death, bounded whatever is sent, and without any value."""

import subprocess
import sys
import time
from dataclasses import replace

import pytest

from tests.worker.journal.rows import DAY_MS, NOON_MS, ORIGIN, SIGNATURE, answered
from worker.contract.errors import ProblemCode
from worker.journal import block, keeping, reading, refusals
from worker.journal.columns import WAIT, block_of
from worker.journal.places import REFUSED
from worker.journal.reading import Window
from worker.journal.refusals import REASONS_MAX, SLOT_MS, RefusalCounts
from worker.journal.writing import JournalWriter
from worker.tables.errors import Tally

ALL = Window()
CARAT = "carat", ProblemCode.WRONG_TYPE.value
CUT = "cut", ProblemCode.MISSING.value


@pytest.fixture
def endpoint(tmp_path):
    return tmp_path / "diamonds"


def count(tmp_path, *noted, origin=ORIGIN, name="w1"):
    """Count refusals, each with its moment, as one process would that begins and ends."""
    counts = RefusalCounts(tmp_path, name)
    for at_ms, tally in noted:
        counts.note(origin, tally, at_ms)
    counts.flush()


def test_rows_requests_and_reasons_are_added_up(tmp_path, endpoint):
    count(tmp_path, (NOON_MS, Tally(3, {CARAT: 2, CUT: 1})), (NOON_MS + 1, Tally(1, {CARAT: 1})))
    assert refusals.read(endpoint, ALL) == [(NOON_MS, 4, 2, {CARAT: 3, CUT: 1})]


def test_every_process_counts_for_itself_and_goes_on_where_it_was(tmp_path, endpoint):
    counts = RefusalCounts(tmp_path, "w1")
    for _ in range(2):
        counts.note(ORIGIN, Tally(1, {CARAT: 1}), NOON_MS)
        counts.flush()
    count(tmp_path, (NOON_MS + 5, Tally(2, {CARAT: 2})), name="w2")
    assert [each.rows for each in refusals.read(endpoint, ALL)] == [2, 2]
    assert len(list(endpoint.glob(f"*/*{REFUSED}"))) == 2


def test_what_lies_apart_in_time_is_told_apart(tmp_path, endpoint):
    one = Tally(1, {CARAT: 1})
    count(tmp_path, (NOON_MS, one), (NOON_MS + SLOT_MS, one), (NOON_MS + DAY_MS, one))
    within = Window(first_ms=NOON_MS + 1, end_ms=NOON_MS + DAY_MS)
    assert [each.first_ms for each in refusals.read(endpoint, within)] == [NOON_MS + SLOT_MS]
    assert len(refusals.read(endpoint, ALL)) == 3


def test_versions_are_told_apart(tmp_path, endpoint):
    count(tmp_path, (NOON_MS, Tally(1, {CARAT: 1})), origin=ORIGIN._replace(digest="e" * 64))
    assert refusals.read(endpoint, Window(digest=ORIGIN.digest)) == []
    assert len(refusals.read(endpoint, Window(digest="e" * 64))) == 1


def test_junk_fills_neither_memory_nor_disk(tmp_path, endpoint):
    counts = RefusalCounts(tmp_path, "w1")
    for number in range(20_000):
        counts.note(ORIGIN, Tally(1, {(f"junk {number}", CARAT[1]): 1}), NOON_MS + number)
        if number % 1_000 == 0:
            counts.flush()
    counts.flush()
    (path,) = endpoint.glob(f"*/*{REFUSED}")
    (found,) = refusals.read(endpoint, ALL)
    assert (found.rows, len(found.reasons)) == (20_000, REASONS_MAX)
    assert path.stat().st_size < 5_000


def test_a_process_that_is_killed_loses_what_it_refused_in_the_last_two_seconds_at_most(tmp_path, endpoint):
    program = (
        "import sys, time, pathlib\n"
        "from tests.worker.journal.rows import ORIGIN\n"
        "from worker.journal.writing import JournalWriter\n"
        "from worker.tables.errors import Tally\n"
        "writer = JournalWriter(pathlib.Path(sys.argv[1]), 'w1'); writer.start()\n"
        "for number in range(100000):\n"
        "    now = time.time()\n"
        "    writer.refusals.note(ORIGIN, Tally(1, {('carat', 'wrong_type'): 1}), int(now * 1000))\n"
        "    print(now, flush=True); time.sleep(0.005)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    time.sleep(5)
    process.kill()
    moments = [float(line) for line in process.stdout.read().splitlines()]
    process.wait()
    process.stdout.close()
    kept = sum(each.rows for each in refusals.read(endpoint, ALL))
    assert sum(moment < moments[-1] - 2 for moment in moments) <= kept <= len(moments) + 1
    assert kept


def test_a_file_that_is_damaged_hides_no_other(tmp_path, endpoint):
    count(tmp_path, (NOON_MS, Tally(1, {CARAT: 1})))
    (path,) = endpoint.glob(f"*/*{REFUSED}")
    path.with_name(f"other{REFUSED}").write_bytes(b"\x99" * 40)
    assert [each.rows for each in refusals.read(endpoint, ALL)] == [1]


def test_a_full_disk_is_told_and_the_count_goes_on(tmp_path, endpoint, caplog):
    (tmp_path / "diamonds").write_text("no directory")
    counts = RefusalCounts(tmp_path, "w1")
    counts.note(ORIGIN, Tally(1, {CARAT: 1}), NOON_MS)
    counts.flush()
    assert "cannot be counted" in caplog.text
    endpoint.unlink()
    counts.note(ORIGIN, Tally(1, {CARAT: 1}), NOON_MS)
    counts.flush()
    assert [each.rows for each in refusals.read(endpoint, ALL)] == [2]


def test_counts_go_with_their_day_and_packing_leaves_them(tmp_path, endpoint):
    writer = JournalWriter(tmp_path, "w1", lambda: NOON_MS / 1000)
    writer.note(ORIGIN, SIGNATURE, answered("a"))
    writer.refusals.note(ORIGIN, Tally(1, {CARAT: 1}), NOON_MS)
    writer.flush()
    later_s = NOON_MS / 1000 + 2 * 86_400
    keeping.pack(endpoint, max(later_s, time.time() + 86_400))
    assert (reading.count(endpoint, ALL), len(refusals.read(endpoint, ALL))) == (1, 1)
    keeping.remove_old(endpoint, keeping.Bounds(days_kept=1, bytes_max=10**9), later_s)
    assert refusals.read(endpoint, ALL) == []


def test_rows_of_an_older_journal_are_read_beside_those_that_have_waits(tmp_path, endpoint):
    now = answered("b")
    whole = block_of(ORIGIN, SIGNATURE, [answered("a")], b"k" * 32)
    old = replace(whole, columns={name: column for name, column in whole.columns.items() if name != WAIT})
    writer = JournalWriter(tmp_path, "w1", lambda: NOON_MS / 1000)
    writer.note(ORIGIN, SIGNATURE, now._replace(askers=[now.askers[0]._replace(wait_ms=1.5)]))
    writer.flush()
    (segment,) = endpoint.glob("*/*.rows")
    segment.write_bytes(block.encode(old) + segment.read_bytes())
    keeping.pack(endpoint, time.time() + 2 * 86_400)
    waits = reading.joined(reading.blocks(endpoint, ALL), [WAIT])[WAIT]
    assert sorted(map(str, waits.tolist())) == ["1.5", "nan"]
