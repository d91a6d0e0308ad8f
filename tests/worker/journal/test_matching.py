"""Rows of outcomes are looked for in the newest day first, and no longer than is needed or allowed."""

from itertools import count

import pytest

from tests.worker.journal.rows import DAY_MS, NOON_MS, ORIGIN, SIGNATURE, answered
from worker.contract.truth import BY_FEATURE, BY_KEY, BY_REQUEST, Truth
from worker.journal import block, keeping, reading
from worker.journal.matching import MATCH_S, Wanted, match
from worker.journal.places import days, segments_of
from worker.journal.reading import Window
from worker.journal.truth import Truths
from worker.journal.writing import JournalWriter

OTHER = ORIGIN._replace(version=4, digest="e" * 64)
LATER_S = NOON_MS / 1000 + 30 * 86_400


@pytest.fixture
def endpoint(tmp_path):
    """Three days of requests of two rows each; another version answered on the last."""
    writer = JournalWriter(tmp_path, "w1", lambda: NOON_MS / 1000)
    for day, origin in enumerate((ORIGIN, ORIGIN, OTHER)):
        writer.note(origin, SIGNATURE, answered(f"r{day}", at_ms=NOON_MS + day * DAY_MS, rows=2))
    writer.flush()
    return tmp_path / "diamonds"


def found(endpoint, *kept: Truth, now_s=lambda: 0.0, callers=()):
    return match(endpoint, Wanted(kept, b"k" * 32, callers), now_s)


def make_unreadable(endpoint, day: int) -> None:
    """Put a directory where a segment was: whoever opens it fails."""
    (segment,) = segments_of(days(endpoint)[day])
    segment.unlink()
    segment.mkdir()


@pytest.mark.parametrize("packs", [True, False])
def test_rows_are_counted_as_the_figures_join_them(endpoint, packs):
    if packs:
        keeping.pack(endpoint, LATER_S)
    kept = [
        Truth(BY_REQUEST, "r0", "yes", 1),
        Truth(BY_REQUEST, "r0", "yes", 7),
        Truth(BY_FEATURE, "cut 1", "no", 0, "cut"),
        Truth(BY_FEATURE, "0.5", "no", 0, "carat"),
        Truth(BY_KEY, "p1", "yes"),
    ]
    matched = found(endpoint, *kept)
    columns = reading.joined(reading.blocks(endpoint, Window()), ["@request", "@row", "cut", "carat"])
    assert matched.rows == sum(each is not None for each in Truths.of_list(kept).of(columns)) == 6
    assert matched.unknown(kept) == 2
    assert matched.stopped_at == ""


def test_from_when_on_the_rows_are_is_told_of_each_version(endpoint):
    kept = Truth(BY_FEATURE, "cut 1", "no", 0, "cut")
    assert found(endpoint, kept).since_ms == {ORIGIN.digest: NOON_MS, OTHER.digest: NOON_MS + 2 * DAY_MS}


def test_once_every_request_is_found_older_days_are_not_opened(endpoint):
    make_unreadable(endpoint, 0)
    assert found(endpoint, Truth(BY_REQUEST, "r2", "yes"), Truth(BY_REQUEST, "r1", "yes", 1)).rows == 2
    with pytest.raises(IsADirectoryError):
        found(endpoint, Truth(BY_REQUEST, "r2", "yes"), Truth(BY_REQUEST, "r0", "yes"))


def test_a_value_may_be_of_any_row_so_all_days_are_looked_at(endpoint):
    assert found(endpoint, Truth(BY_FEATURE, "0", "no", 0, "stones")).rows == 3


def test_when_the_time_is_over_the_day_is_told_and_older_ones_are_not_opened(endpoint):
    make_unreadable(endpoint, 0)
    clock = count(0, MATCH_S * 0.6)
    matched = found(endpoint, Truth(BY_FEATURE, "0", "no", 0, "stones"), now_s=lambda: next(clock))
    assert matched.stopped_at == "2026-11-27"
    assert matched.rows == 2


def test_columns_that_are_not_needed_are_not_read(endpoint):
    (segment,) = segments_of(days(endpoint)[2])
    whole = segment.read_bytes()
    header, at = block.read_header(memoryview(whole)[block.FRAME.size :])
    at += block.FRAME.size
    for meta in header.columns:
        if meta.name == "cut":
            segment.write_bytes(whole[:at] + b"\xc1" * meta.size_bytes + whole[at + meta.size_bytes :])
        at += meta.size_bytes
    assert found(endpoint, Truth(BY_REQUEST, "r2", "yes")).rows == 1
    assert found(endpoint, Truth(BY_FEATURE, "cut 1", "yes", 0, "cut")).rows == 2


def test_a_block_that_was_cut_off_hides_no_other_segment(endpoint):
    (segment,) = segments_of(days(endpoint)[2])
    segment.write_bytes(segment.read_bytes()[:-9])
    assert found(endpoint, Truth(BY_REQUEST, "r2", "yes"), Truth(BY_REQUEST, "r1", "yes")).rows == 1


def test_only_rows_of_the_callers_are_counted_and_those_of_all_are_looked_at_again(endpoint, tmp_path):
    own = answered("own", at_ms=NOON_MS + DAY_MS, rows=2)
    writer = JournalWriter(tmp_path, "w2", lambda: NOON_MS / 1000)
    writer.note(ORIGIN, SIGNATURE, own._replace(askers=[each._replace(caller="page:9") for each in own.askers]))
    writer.flush()
    kept = [Truth(BY_FEATURE, "cut 1", "no", 0, "cut"), Truth(BY_REQUEST, "r0", "yes"), Truth(BY_REQUEST, "own", "yes")]
    everybodys, owns = found(endpoint, *kept), found(endpoint, *kept, callers=("page:9", "api:9"))
    assert (everybodys.rows, everybodys.unknown(kept)) == (6, 0)
    assert (owns.rows, owns.unknown(kept)) == (2, 1)
    assert owns.since_ms == everybodys.since_ms


def test_where_the_search_ends_tells_nothing_of_rows_that_are_not_counted(endpoint):
    clock = count(0, MATCH_S * 0.6)
    there = found(endpoint, Truth(BY_REQUEST, "r2", "yes"), now_s=lambda: next(clock), callers=("page:9",))
    clock = count(0, MATCH_S * 0.6)
    absent = found(endpoint, Truth(BY_REQUEST, "r9", "yes"), now_s=lambda: next(clock), callers=("page:9",))
    assert (there.rows, there.unknown([Truth(BY_REQUEST, "r2", "yes")])) == (0, 1)
    assert there.stopped_at == absent.stopped_at != ""


def test_a_missing_value_names_no_row(endpoint):
    assert found(endpoint, Truth(BY_FEATURE, "", "no", 0, "cut"), Truth(BY_KEY, "", "no")).rows == 0


def test_without_a_journal_nothing_is_found(tmp_path):
    assert found(tmp_path / "nobody", Truth(BY_REQUEST, "r2", "yes")).rows == 0
