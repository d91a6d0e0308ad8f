"""Truths go when their time is over, and many files of them become one; the last one that was told for a row holds."""

import shutil
from pathlib import Path

import pytest

from tests.worker.journal.rows import DAY_MS, NOON_MS, ORIGIN, SIGNATURE, answered
from worker.contract.journal import JournalRule
from worker.contract.journal_keeping import EndpointBounds, KeepRequest
from worker.contract.truth import BY_FEATURE, BY_REQUEST, Truth
from worker.journal import keeping, reading, truth
from worker.journal.keeping import Bounds
from worker.journal.reading import Window
from worker.journal.truth import Truths
from worker.journal.truth_keeping import EARLY_DAYS, PACKED_AT, SMALL_BYTES
from worker.journal.writing import JournalWriter

DAYS = 10
KEPT_MS = (DAYS + EARLY_DAYS) * DAY_MS


@pytest.fixture
def endpoint(tmp_path):
    return tmp_path / "diamonds"


def told(endpoint, key: str, value: str = "yes", at_ms: int = NOON_MS, **more: str) -> None:
    truth.append(endpoint, [Truth(more.get("by", BY_REQUEST), key, value, 0, more.get("name", ""))], at_ms)


def keep(endpoint, at_ms: int = NOON_MS, **more) -> None:
    bounds = EndpointBounds(endpoint="diamonds", days=DAYS, bytes_max=1 << 30, **more)
    keeping.keep(endpoint.parent, KeepRequest(bounds=(bounds,)), at_ms / 1000)


def values(endpoint) -> dict[str, str]:
    known = Truths.read(endpoint)._known.get((BY_REQUEST, ""), {})
    return {key: str(each.value) for (key, _row), each in known.items()}


def files(endpoint) -> list[Path]:
    return sorted((endpoint / "truth").iterdir())


def test_truths_go_once_their_rows_are_gone_for_long(endpoint):
    told(endpoint, "old")
    told(endpoint, "new", at_ms=NOON_MS + 2)
    keep(endpoint, NOON_MS + KEPT_MS)
    assert values(endpoint) == {"old": "yes", "new": "yes"}
    keep(endpoint, NOON_MS + KEPT_MS + 1)
    assert values(endpoint) == {"new": "yes"}


def test_old_truths_of_a_packed_file_go_too(endpoint):
    for at in range(PACKED_AT):
        told(endpoint, f"r{at}", at_ms=NOON_MS + at * DAY_MS)
    keep(endpoint)
    assert len(files(endpoint)) == 1
    keep(endpoint, NOON_MS + KEPT_MS + 3 * DAY_MS)
    assert set(values(endpoint)) == {f"r{at}" for at in range(3, PACKED_AT)}


def many(endpoint) -> None:
    """Tell of three rows again and again; the last word differs for each."""
    for at in range(PACKED_AT):
        told(endpoint, f"r{at % 3}", "yes" if at > PACKED_AT - 3 else "no", NOON_MS + at)


def test_many_files_become_one_in_which_the_last_word_holds(endpoint):
    many(endpoint)
    before = values(endpoint)
    assert sorted(before.values()) == ["no", "yes", "yes"]
    keep(endpoint)
    assert len(files(endpoint)) == 1
    assert values(endpoint) == before
    assert len(Truths.read(endpoint)) == 3


def test_what_is_told_after_the_packing_holds(endpoint):
    many(endpoint)
    keep(endpoint)
    before = values(endpoint)
    told(endpoint, "r0", "yes" if before["r0"] == "no" else "no", NOON_MS + PACKED_AT)
    assert values(endpoint)["r0"] != before["r0"]


def test_few_files_stay_as_they_are(endpoint):
    for at in range(PACKED_AT - 1):
        told(endpoint, f"r{at}", at_ms=NOON_MS + at)
    before = files(endpoint)
    keep(endpoint)
    assert files(endpoint) == before


def test_a_large_file_is_not_written_again(endpoint):
    told(endpoint, "first")
    (large,) = files(endpoint)
    with large.open("ab") as file:
        file.write(b"\xff" * SMALL_BYTES)
    for at in range(PACKED_AT):
        told(endpoint, f"r{at}", at_ms=NOON_MS + 1 + at)
    keep(endpoint)
    assert files(endpoint)[0] == large
    assert len(files(endpoint)) == 2
    assert set(values(endpoint)) == {"first", *(f"r{at}" for at in range(PACKED_AT))}


def test_a_death_before_the_old_files_went_changes_no_word(endpoint, tmp_path_factory):
    many(endpoint)
    before_it = tmp_path_factory.mktemp("before")
    shutil.copytree(endpoint / "truth", before_it, dirs_exist_ok=True)
    before = values(endpoint)
    keep(endpoint)
    shutil.copytree(before_it, endpoint / "truth", dirs_exist_ok=True)
    assert values(endpoint) == before
    keep(endpoint)
    assert values(endpoint) == before
    assert len(files(endpoint)) == 1


def test_a_draft_that_a_death_left_goes(endpoint):
    told(endpoint, "r0")
    (endpoint / "truth" / "x.rows.abc.draft").write_bytes(b"half")
    keep(endpoint)
    assert len(files(endpoint)) == 1


def test_a_value_goes_once_its_feature_is_hashed_and_the_truth_stays_with_its_row(endpoint, tmp_path):
    told(endpoint, "cut 1", by=BY_FEATURE, name="cut")
    told(endpoint, "0", by=BY_FEATURE, name="stones")
    writer = JournalWriter(tmp_path, "w1", lambda: NOON_MS / 1000)
    writer.note(ORIGIN._replace(rule=JournalRule(hashed=("cut", "stones"))), SIGNATURE, answered("h", rows=2))
    writer.flush()
    columns = reading.joined(reading.blocks(endpoint, Window()), ["@request", "@row", "cut", "stones"])
    assert Truths.read(endpoint).of(columns) == [None, None]
    keep(endpoint, hashed=("cut", "stones"))
    assert [each.value for each in Truths.read(endpoint).of(columns) if each] == ["yes", "yes"]
    assert not any(by == BY_FEATURE for by, _ in Truths.read(endpoint)._known)


def test_truths_count_as_bytes_of_the_journal(endpoint, tmp_path):
    writer = JournalWriter(tmp_path, "w1", lambda: NOON_MS / 1000)
    for day in range(3):
        writer.note(ORIGIN, SIGNATURE, answered(f"r{day}", at_ms=NOON_MS + day * DAY_MS, rows=2))
    writer.flush()
    rows = keeping.size_bytes(endpoint)
    assert keeping.remove_old(endpoint, Bounds(days_kept=30, bytes_max=rows), NOON_MS / 1000) == []
    told(endpoint, "r0")
    assert keeping.size_bytes(endpoint) > rows
    assert keeping.remove_old(endpoint, Bounds(days_kept=30, bytes_max=rows), NOON_MS / 1000) == ["2026-11-26"]
