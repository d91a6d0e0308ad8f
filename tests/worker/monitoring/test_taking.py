"""Outcomes are read as the endpoint answers, matched to the journal, and corrected by later ones."""

import msgspec
import pytest

from tests.worker.journal.rows import NOON_MS, SIGNATURE, answered
from worker.contract.journal import KEEP_ALL
from worker.contract.manifest import Engine, Manifest
from worker.contract.truth import BY_FEATURE, BY_KEY, BY_REQUEST, Truth, TruthRequest
from worker.journal import reading
from worker.journal.columns import Origin
from worker.journal.reading import Window
from worker.journal.truth import Truths
from worker.journal.writing import JournalWriter
from worker.monitoring.taking import take

DIGEST = "d" * 64


@pytest.fixture
def box(tmp_path):
    """A version, and three of its requests in the journal: a and b of two rows, c of one."""
    (tmp_path / "models" / DIGEST).mkdir(parents=True)
    manifest = Manifest(format="skops", engine=Engine.SKLEARN, engine_reason="", signature=SIGNATURE, example={})
    (tmp_path / "models" / DIGEST / "manifest.json").write_bytes(msgspec.json.encode(manifest))
    writer = JournalWriter(tmp_path / "journal", "w1")
    writer.note(Origin("diamonds", 1, DIGEST, KEEP_ALL), SIGNATURE, answered("a", "b", rows=2))
    writer.note(Origin("diamonds", 1, DIGEST, KEEP_ALL), SIGNATURE, answered("c"))
    writer.flush()
    return tmp_path


def taken(box, *truths: Truth, at_ms: int = NOON_MS):
    request = TruthRequest(delivery_id="0" * 32, endpoint="diamonds", digest=DIGEST, truths=truths)
    return take(request, box / "models", box / "journal", at_ms)


def known(box) -> list[str | None]:
    endpoint = box / "journal" / "diamonds"
    columns = reading.joined(reading.blocks(endpoint, Window()), ["@request", "@row", "@key", "carat", "cut", "stones"])
    return [None if each is None else str(each.value) for each in Truths.read(endpoint).of(columns)]


def test_a_row_is_known_by_its_request(box):
    outcome = taken(box, Truth(BY_REQUEST, "a", "yes", 1), Truth(BY_REQUEST, "c", "no"))
    assert (outcome.taken, outcome.matched, outcome.refused) == (2, 2, 0)
    assert known(box) == [None, "yes", None, None, "no"]


def test_what_nobody_was_asked_is_kept_and_matches_nothing(box):
    outcome = taken(box, Truth(BY_REQUEST, "later", "yes"), Truth(BY_KEY, "p1", "yes"))
    assert (outcome.taken, outcome.matched) == (2, 0)


def test_rows_are_known_by_the_value_of_a_feature(box):
    assert taken(box, Truth(BY_FEATURE, "0", "yes", name="stones")).matched == 2
    assert known(box) == ["yes", None, None, None, "yes"]


def test_the_last_outcome_of_a_row_holds(box):
    taken(box, Truth(BY_REQUEST, "c", "no"))
    taken(box, Truth(BY_REQUEST, "c", "yes"), at_ms=NOON_MS + 1)
    assert known(box)[-1] == "yes"


def test_the_request_goes_before_a_feature(box):
    taken(box, Truth(BY_FEATURE, "0", "no", name="stones"), Truth(BY_REQUEST, "c", "yes"))
    assert known(box)[-1] == "yes"


def test_what_the_model_could_never_say_is_refused_with_its_place(box):
    outcome = taken(box, Truth(BY_REQUEST, "a", "yes"), Truth(BY_REQUEST, "b", "perhaps"))
    assert (outcome.taken, outcome.refused) == (1, 1)
    (problem,) = outcome.problems
    assert problem.at == 2
    assert str(problem.message) == "perhaps is not one of no, yes."


def test_a_request_that_no_site_sends_is_refused(box):
    request = TruthRequest(delivery_id="0" * 32, endpoint="../x", digest=DIGEST)
    with pytest.raises(ValueError, match="endpoint"):
        take(request, box / "models", box / "journal", NOON_MS)
