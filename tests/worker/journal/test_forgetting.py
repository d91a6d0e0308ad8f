"""A person's rows are counted, then deleted with what came true of them; nothing else is, and a proof says what was."""

from dataclasses import replace

import numpy as np
import pytest
from msgspec.structs import replace as replaced

from tests.worker.journal.rows import DAY_MS, NOON_MS, ORIGIN, SIGNATURE, answered
from worker.contract.journal import JournalRule
from worker.contract.records import BY_CALLER, Selector
from worker.contract.truth import BY_FEATURE, BY_KEY, BY_REQUEST, Truth
from worker.journal import block, reading, truth
from worker.journal.columns import KEY, REQUEST
from worker.journal.forgetting import count, forget
from worker.journal.places import days, segments_of
from worker.journal.reading import Window
from worker.journal.truth import Truths
from worker.journal.truth_names import as_kept
from worker.journal.writing import JournalWriter, hash_key

LATER_MS = NOON_MS + 9 * DAY_MS
CUT_1 = Selector(by=BY_FEATURE, values=("cut 1",), name="cut")


def a_request(*values: str) -> Selector:
    return Selector(by=BY_REQUEST, values=values)


@pytest.fixture
def endpoint(tmp_path):
    """Two days of requests r0 and r1, of two rows each."""
    writer = JournalWriter(tmp_path, "w1", lambda: NOON_MS / 1000)
    for day in range(2):
        writer.note(ORIGIN, SIGNATURE, answered(f"r{day}", at_ms=NOON_MS + day * DAY_MS, rows=2))
    writer.flush()
    return tmp_path / "diamonds"


def rows_of(endpoint) -> list[str]:
    columns = reading.joined(reading.blocks(endpoint, Window()), [REQUEST])
    return [str(each) for each in columns[REQUEST].tolist()]


def refuse(*_arguments):
    msg = "No space left on device"
    raise OSError(msg)


def test_rows_are_counted_and_stay(endpoint):
    proof = count(endpoint, a_request("r0"), LATER_MS)
    assert (proof.rows, proof.rows_before, proof.rows_left) == (2, 4, 2)
    assert (proof.first_ms, proof.last_ms) == (NOON_MS, NOON_MS)
    assert rows_of(endpoint) == ["r0", "r0", "r1", "r1"]


def test_the_rows_go_and_the_proof_says_so(endpoint):
    proof = forget(endpoint, a_request("r0"), LATER_MS)
    assert rows_of(endpoint) == ["r1", "r1"]
    assert (proof.rows, proof.rows_before, proof.rows_after, proof.rows_left) == (2, 4, 2, 0)
    (day,) = proof.days
    assert day.day == "2026-11-26"
    assert day.sha256_before != day.sha256_after


def test_no_byte_of_them_is_left_on_the_disk(endpoint):
    forget(endpoint, a_request("r0"), LATER_MS)
    payloads = [
        block.decode(payload)
        for day in days(endpoint)
        for path in segments_of(day)
        for payload in block.frames(memoryview(path.read_bytes()))
    ]
    assert all("r0" not in each.columns[REQUEST].tolist() for each in payloads)


def test_their_truths_go_too_and_no_others(endpoint):
    told = [Truth(BY_REQUEST, "r0", "yes", 1), Truth(BY_REQUEST, "r1", "no"), Truth(BY_REQUEST, "old", "no")]
    truth.append(endpoint, told, NOON_MS)
    assert count(endpoint, a_request("r0", "old"), LATER_MS).truths == 2
    assert forget(endpoint, a_request("r0", "old"), LATER_MS).truths == 2
    assert len(Truths.read(endpoint)) == 1


def test_where_it_is_interrupted_the_truths_are_gone_before_the_rows_that_name_them(endpoint, monkeypatch):
    truth.append(endpoint, [Truth(BY_REQUEST, "r0", "yes", 1), Truth(BY_REQUEST, "r1", "no")], NOON_MS)
    monkeypatch.setattr("os.fsync", refuse)
    with pytest.raises(OSError, match="No space"):
        forget(endpoint, a_request("r0"), LATER_MS, "f1")
    assert len(Truths.read(endpoint)) == 1
    assert rows_of(endpoint) == ["r0", "r0", "r1", "r1"]
    monkeypatch.undo()
    proof = forget(endpoint, a_request("r0"), LATER_MS, "f1")
    assert (proof.rows, proof.truths, proof.was_interrupted) == (2, 1, True)


def test_one_that_is_delivered_again_tells_what_was_deleted_before(endpoint):
    truth.append(endpoint, [Truth(BY_REQUEST, "r0", "yes", 1)], NOON_MS)
    first = forget(endpoint, a_request("r0"), LATER_MS, "f1")
    again = forget(endpoint, a_request("r0"), LATER_MS, "f1")
    assert first == replaced(again, days=first.days, was_interrupted=False)
    assert (again.days, again.was_interrupted) == ((), True)


def test_another_one_tells_nothing_of_the_one_before(endpoint):
    forget(endpoint, a_request("r0"), LATER_MS, "f1")
    proof = forget(endpoint, a_request("r0"), LATER_MS, "f2")
    assert (proof.rows, proof.rows_before, proof.was_interrupted) == (0, 2, False)


def test_a_truth_that_other_rows_share_stays(endpoint):
    truth.append(endpoint, [Truth(BY_FEATURE, "cut 0", "yes", 0, "cut")], NOON_MS)
    assert forget(endpoint, a_request("r0"), LATER_MS).truths == 0
    assert forget(endpoint, a_request("r1"), LATER_MS).truths == 1


def test_a_file_of_truths_that_is_empty_goes(endpoint):
    truth.append(endpoint, [Truth(BY_REQUEST, "r0", "yes")], NOON_MS)
    forget(endpoint, a_request("r0"), LATER_MS)
    assert list((endpoint / "truth").iterdir()) == []


def test_rows_go_by_the_value_of_a_feature_and_by_who_asked(endpoint):
    assert forget(endpoint, CUT_1, LATER_MS).rows == 2
    assert forget(endpoint, Selector(by=BY_CALLER, values=("api:7",)), LATER_MS).rows == 2
    assert rows_of(endpoint) == []


def test_rows_go_by_a_value_of_which_only_the_hash_is_kept(tmp_path, endpoint):
    writer = JournalWriter(tmp_path, "w2", lambda: NOON_MS / 1000)
    writer.note(ORIGIN._replace(rule=JournalRule(hashed=("cut",))), SIGNATURE, answered("h0", "h1"))
    writer.flush()
    assert forget(endpoint, CUT_1, LATER_MS).rows == 3
    assert rows_of(endpoint) == ["r0", "h0", "r1"]


HASHED = ORIGIN._replace(rule=JournalRule(hashed=("cut",)))


@pytest.mark.parametrize("selector", [CUT_1, a_request("h1")])
@pytest.mark.parametrize("is_hashed", [True, False])
def test_truths_by_a_hashed_value_go_with_the_person(tmp_path, selector, is_hashed):
    writer = JournalWriter(tmp_path, "w1", lambda: NOON_MS / 1000)
    writer.note(HASHED, SIGNATURE, answered("h0", "h1"))
    writer.flush()
    told = [Truth(BY_FEATURE, each, "yes", 0, "cut") for each in ("cut 0", "cut 1")]
    kept = as_kept(told, SIGNATURE, ("cut",), hash_key(tmp_path)) if is_hashed else told
    truth.append(tmp_path / "diamonds", kept, NOON_MS)
    assert count(tmp_path / "diamonds", selector, LATER_MS).truths == 1
    assert forget(tmp_path / "diamonds", selector, LATER_MS).truths == 1
    assert len(Truths.read(tmp_path / "diamonds")) == 1


@pytest.mark.parametrize("selector", [CUT_1, a_request("r0", "r1")])
def test_truths_by_a_hash_go_with_rows_of_before_values_were_hashed(tmp_path, endpoint, selector):
    told = as_kept([Truth(BY_FEATURE, "cut 1", "yes", 0, "cut")], SIGNATURE, ("cut",), hash_key(tmp_path))
    truth.append(endpoint, told, NOON_MS)
    assert forget(endpoint, a_request("r0"), LATER_MS).truths == 0  # the other row has the same value
    assert forget(endpoint, selector, LATER_MS).truths == 1


def test_rows_of_jobs_go_by_the_identifier_of_their_file(endpoint):
    (first, *_) = reading.blocks(endpoint, Window())
    keyed = replace(first, columns={**first.columns, KEY: np.array(["p1", "p2"], object)})
    (days(endpoint)[0] / "job-x.rows").write_bytes(block.encode(keyed))
    truth.append(endpoint, [Truth(BY_KEY, "p2", "yes")], NOON_MS)
    proof = forget(endpoint, Selector(by=BY_KEY, values=("p2",)), LATER_MS)
    assert (proof.rows, proof.truths) == (1, 1)


def test_what_was_answered_after_the_moment_stays(endpoint):
    assert forget(endpoint, Selector(by=BY_CALLER, values=("api:7",)), NOON_MS).rows == 2
    assert rows_of(endpoint) == ["r1", "r1"]


def test_an_endpoint_without_a_journal_has_nothing_to_forget(tmp_path):
    proof = forget(tmp_path / "nobody", a_request("r0"), LATER_MS)
    assert (proof.rows, proof.rows_before, proof.days) == (0, 0, ())
