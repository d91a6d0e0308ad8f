"""Outcomes are read as the endpoint answers, matched to the journal, and corrected by later ones."""

import msgspec
import numpy as np
import pytest

from tests.worker.journal.rows import NOON_MS, SIGNATURE, answered
from worker.contract.journal import KEEP_ALL, JournalRule
from worker.contract.manifest import Engine, Manifest
from worker.contract.records import FindRequest, Selector
from worker.contract.signature import Output, OutputKind
from worker.contract.truth import BY_FEATURE, BY_KEY, BY_REQUEST, Truth, TruthRequest
from worker.journal import block, reading, truth
from worker.journal.columns import KEY, Origin, is_hash
from worker.journal.finding import find
from worker.journal.forgetting import forget
from worker.journal.reading import Window
from worker.journal.truth import TruthRefused, Truths, read_value
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


def taken(box, *truths: Truth, at_ms: int = NOON_MS, hashed: tuple[str, ...] = ()):
    request = TruthRequest(delivery_id="0" * 32, endpoint="diamonds", digest=DIGEST, truths=truths, hashed=hashed)
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


def test_what_is_told_later_of_many_does_not_undo_what_was_told_of_one(box):
    taken(box, Truth(BY_REQUEST, "c", "yes"))
    taken(box, Truth(BY_FEATURE, "0", "no", name="stones"), at_ms=NOON_MS + 1)
    assert known(box) == ["no", None, None, None, "yes"]
    taken(box, Truth(BY_REQUEST, "c", "no"), at_ms=NOON_MS + 2)
    assert known(box)[-1] == "no"


def test_a_key_goes_before_a_feature(box):
    columns = reading.joined(reading.blocks(box / "journal" / "diamonds", Window()), ["@request", "@row", "stones"])
    columns[KEY] = np.array(["p1", "", "", "", ""], object)
    told = [Truth(BY_FEATURE, "0", "no", name="stones"), Truth(BY_KEY, "p1", "yes")]
    assert [each.value for each in Truths.of_list(told).of(columns) if each] == ["yes", "no"]


HASHED = JournalRule(hashed=("cut", "carat", "stones"))


@pytest.fixture
def hashed(box):
    """One more request of two rows, of which only hashes are kept."""
    writer = JournalWriter(box / "journal", "w2")
    writer.note(Origin("diamonds", 1, DIGEST, HASHED), SIGNATURE, answered("h", rows=2, first=40))
    writer.flush()
    return box


@pytest.mark.parametrize(
    ("name", "value", "rows"), [("cut", "cut 1", [1]), ("carat", "40.5", [0]), ("stones", "41", [1])]
)
def test_a_hashed_value_is_met_and_never_kept(hashed, name, value, rows):
    outcome = taken(hashed, Truth(BY_FEATURE, value, "yes", name=name), hashed=HASHED.hashed)
    assert outcome.matched >= 1
    assert [at for at, each in enumerate(known(hashed)[-2:]) if each] == rows
    (file,) = (hashed / "journal" / "diamonds" / "truth").iterdir()
    columns = block.decode(next(iter(block.frames(memoryview(file.read_bytes()))))).columns
    assert columns["@key"].tolist() != [value]
    assert is_hash(columns["@key"][0])


def test_rows_of_before_values_were_hashed_are_met_where_the_key_is_at_hand(hashed):
    assert taken(hashed, Truth(BY_FEATURE, "cut 1", "yes", name="cut"), hashed=HASHED.hashed).matched == 3


def test_what_was_taken_by_a_hash_is_found_and_forgotten_with_the_person(hashed):
    taken(hashed, Truth(BY_FEATURE, "cut 1", "yes", name="cut"), hashed=HASHED.hashed)
    endpoint = hashed / "journal" / "diamonds"
    selector = Selector(by=BY_REQUEST, values=("h",))
    request = FindRequest(find_id="0" * 32, endpoint="diamonds", selector=selector)
    assert [row.truth for row in find(endpoint, request, lambda: 0.0).rows] == [None, "yes"]
    person = Selector(by=BY_FEATURE, values=("cut 1",), name="cut")
    proof = forget(endpoint, person, NOON_MS + 1)
    assert (proof.rows, proof.truths) == (3, 1)
    assert not (endpoint / "truth").exists() or list((endpoint / "truth").iterdir()) == []


@pytest.mark.parametrize("value", ["many", "41.5", "nan"])
def test_a_value_that_the_feature_cannot_have_is_hashed_all_the_same(hashed, value):
    assert taken(hashed, Truth(BY_FEATURE, value, "yes", name="stones"), hashed=HASHED.hashed).matched == 0
    assert value not in str(Truths.read(hashed / "journal" / "diamonds")._known)


@pytest.mark.parametrize(
    "given",
    [
        Truth(BY_KEY, "", "yes"),
        Truth(BY_KEY, "  ", "yes"),
        Truth(BY_REQUEST, "", "yes"),
        Truth(BY_FEATURE, "", "yes", name="cut"),
        Truth(BY_FEATURE, "api:7", "yes", name="@caller"),
        Truth(BY_FEATURE, "no", "yes", name="@prediction"),
    ],
)
def test_what_names_no_row_is_refused_alone(box, given):
    outcome = taken(box, given, Truth(BY_REQUEST, "c", "no"))
    assert (outcome.taken, outcome.matched, outcome.refused) == (1, 1, 1)
    assert (outcome.problems[0].at, str(outcome.problems[0].message)) == (1, "The outcome names no row.")
    assert known(box) == [None, None, None, None, "no"]


@pytest.mark.parametrize(
    "kept",
    [
        Truth(BY_KEY, "", "yes"),
        Truth(BY_FEATURE, "", "yes", name="cut"),
        Truth(BY_FEATURE, "nan", "yes", name="weight"),
        Truth(BY_FEATURE, "api:7", "yes", name="@caller"),
        Truth(BY_FEATURE, "0", "yes", name="@row"),
    ],
)
def test_what_names_no_row_and_was_kept_before_is_of_none(box, kept):
    columns = {
        "@request": np.array(["a", "b"], object),
        "@row": np.zeros(2, np.int32),
        KEY: np.array([None, ""], object),
        "@caller": np.array(["api:7", "api:7"], object),
        "cut": np.array([None, None], object),
        "weight": np.array([np.nan, np.nan]),
    }
    truth.append(box / "journal" / "diamonds", [kept], NOON_MS)
    truths = Truths.read(box / "journal" / "diamonds")
    assert truths.of(columns) == [None, None]
    assert truths.met(columns) == set()


@pytest.mark.parametrize("row", [-1, 2**31, 10**12])
def test_a_place_that_no_row_can_have_is_refused_alone(box, row):
    outcome = taken(box, Truth(BY_REQUEST, "a", "yes", row), Truth(BY_REQUEST, "c", "no"))
    assert (outcome.taken, outcome.matched, outcome.refused, outcome.reason) == (1, 1, 1, None)
    assert str(outcome.problems[0].message) == f"{row} is no place of a row, which is counted from 0."


def kinds(*labels: str | int) -> Output:
    return Output(kind=OutputKind.CLASS, name="kind", labels=labels)


@pytest.mark.parametrize(
    ("output", "given", "kept"),
    [
        (kinds(0, 1), 1, "1"),
        (kinds(0, 1), 1.0, "1"),
        (kinds(0, 1), "1.00", "1"),
        (kinds(False, True), True, "true"),
        (kinds(False, True), "True", "true"),
        (kinds("1", "2"), 1, "1"),
        (kinds("1.0", "2"), "1.0", "1.0"),
        (kinds("True", "no"), "True", "True"),
        (kinds(2**53 + 1, 0), 2**53 + 1, str(2**53 + 1)),
        (Output(kind=OutputKind.NUMBER, name="price"), 7, 7.0),
    ],
)
def test_an_outcome_names_a_class_however_programs_write_it(output, given, kept):
    message = msgspec.json.encode(Truth(BY_REQUEST, "a", given))
    read = read_value(msgspec.json.decode(message, type=Truth).value, output)
    assert (type(read), read) == (type(kept), kept)


@pytest.mark.parametrize(
    ("output", "given"),
    [(kinds(0, 1), 1.5), (kinds(0, 1), True), (kinds(False, True), 1), (kinds("a"), "A"), (kinds("1", "2"), "1.0")],
)
def test_what_names_no_class_is_refused(output, given):
    with pytest.raises(TruthRefused):
        read_value(given, output)


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
