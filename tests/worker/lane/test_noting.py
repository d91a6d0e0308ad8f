"""What the lane hands to the journal: who asked what of which endpoint, and how long it took."""

import dataclasses
import itertools

from tests.worker.models import trained
from tests.worker.models.stores import body_of, write_version
from worker.contract.journal import JournalRule
from worker.contract.lane import DEADLINE_S, LaneBatch, LaneRequest
from worker.contract.manifest import Engine
from worker.journal import reading, refusals
from worker.journal.reading import Window
from worker.journal.writing import JournalWriter
from worker.lane.answering import Answering
from worker.lane.noting import Noting
from worker.models.cache import ModelCache

NOW_S = 1_000.0
DIGEST = "c" * 64
NAMES = ["@request", "@row", "@caller", "@latency_ms", "@wait_ms", "@prediction", "island"]


def journal_of(tmp_path, *batches):
    """Return by endpoint what the journal has once these batches are answered together."""
    made = trained.penguins()
    if not (tmp_path / "models").exists():
        write_version(tmp_path / "models" / DIGEST, made, Engine.SKLEARN)
    writer = JournalWriter(tmp_path / "journal", "w1")
    noting = Noting(writer, lambda: NOW_S, lambda: 1_795_694_400.0)
    answering = Answering(ModelCache(tmp_path / "models", 10**9), lambda: NOW_S, noting.answered, noting.refused)
    for part in answering.parts(batches):
        answering.answer(part)
    writer.flush()
    return lambda name: reading.joined(reading.blocks(tmp_path / "journal" / name, Window()), NAMES)


def batch(endpoint, *requests, rule=JournalRule(), against=""):  # noqa: B008  # it is frozen
    return LaneBatch("g", endpoint, 1, DIGEST, requests, against, rule=rule)


def asked(number, rows=1, body=b"", caller="api:7", asked_s=NOW_S - 0.25):
    body = body or body_of(trained.penguins(), number, number + rows)
    return LaneRequest(number, f"r{number}", "native", "application/json", asked_s + DEADLINE_S, body, caller)


def test_every_answered_row_is_noted_with_who_asked(tmp_path):
    found = journal_of(tmp_path, batch("penguins", asked(0, rows=2), asked(5, caller="page:3")))("penguins")
    assert found["@request"].tolist() == ["r0", "r0", "r5"]
    assert found["@row"].tolist() == [0, 1, 0]
    assert found["@caller"].tolist() == ["api:7", "api:7", "page:3"]
    assert found["@latency_ms"].tolist() == [250.0] * 3
    assert found["@wait_ms"].tolist() == [250.0] * 3
    assert found["@prediction"].tolist() == ["Adelie"] * 3
    assert found["island"].tolist() == ["Torgersen"] * 3


def test_what_the_box_asks_itself_is_nobodys_row(tmp_path):
    found = journal_of(tmp_path, batch("penguins", asked(0), asked(1, caller="check:7"), asked(2)))("penguins")
    assert found["@request"].tolist() == ["r0", "r2"]
    assert found["island"].tolist() == ["Torgersen"] * 2


def test_what_was_refused_is_not_noted_and_spoils_nothing(tmp_path):
    found = journal_of(tmp_path, batch("penguins", asked(0), asked(1, body=b"{"), asked(2)))("penguins")
    assert found["@request"].tolist() == ["r0", "r2"]


def test_a_row_waits_until_the_worker_begins_and_not_while_it_is_answered(tmp_path):
    made = trained.penguins()
    write_version(tmp_path / "models" / DIGEST, made, Engine.SKLEARN)
    ticks = itertools.count(NOW_S)
    writer = JournalWriter(tmp_path / "journal", "w1")
    noting = Noting(writer, lambda: next(ticks), lambda: 1_795_694_400.0)
    answering = Answering(ModelCache(tmp_path / "models", 10**9), lambda: next(ticks), noting.answered)
    (part,) = answering.parts([batch("penguins", asked(0))])
    (reply,) = answering.answer(part)["g"]
    writer.flush()
    found = reading.joined(reading.blocks(tmp_path / "journal" / "penguins", Window()), NAMES)
    assert (reply.waited_s, found["@wait_ms"].tolist()) == (0.25, [250.0])
    assert found["@latency_ms"].tolist() == [3_250.0]


def test_what_was_refused_is_counted_by_feature_and_reason(tmp_path):
    wrong = b'{"rows": [{"island": 7, "nobody": 1}, {"island": 8}]}'
    journal_of(tmp_path, batch("penguins", asked(0), asked(1, body=b"{"), asked(2, body=wrong)))
    (found,) = refusals.read(tmp_path / "journal" / "penguins", Window())
    assert (found.rows, found.requests) == (3, 2)
    assert found.reasons["island", "wrong_type"] == 2
    assert found.reasons["", "unknown_feature"] == found.reasons["", "not_json"] == 1
    assert not [feature for feature, _ in found.reasons if feature not in ("", *trained.penguins().signature.names)]


def test_what_failed_is_counted_too(tmp_path):
    # A model of other features than its signature says raises on any row.
    failing = dataclasses.replace(trained.penguins(), model=trained.logistic().model)
    write_version(tmp_path / "models" / DIGEST, failing, Engine.SKLEARN)
    journal_of(tmp_path, batch("penguins", asked(0, rows=3), asked(1, asked_s=NOW_S - DEADLINE_S - 1)))
    (found,) = refusals.read(tmp_path / "journal" / "penguins", Window())
    assert (found.rows, found.requests) == (4, 2)
    assert found.reasons == {("", "model_error"): 3, ("", "prediction_timeout"): 1}


def test_a_version_that_cannot_be_loaded_is_counted(tmp_path):
    gone = LaneBatch("g", "penguins", 1, "d" * 64, (asked(0),), "", rule=JournalRule())
    journal_of(tmp_path, gone)
    (found,) = refusals.read(tmp_path / "journal" / "penguins", Window())
    assert found.reasons == {("", "model_not_ready"): 1}


def test_an_endpoint_without_a_journal_counts_no_refusals(tmp_path):
    journal_of(tmp_path, batch("penguins", asked(1, body=b"{"), rule=JournalRule(is_kept=False)))
    assert not (tmp_path / "journal" / "penguins").exists()


def test_a_comparison_that_is_refused_is_not_counted(tmp_path):
    journal_of(tmp_path, batch("penguins", asked(1, body=b"{"), against=DIGEST))
    assert not (tmp_path / "journal" / "penguins").exists()


def test_endpoints_with_one_version_have_journals_of_their_own(tmp_path):
    batches = (batch("penguins", asked(0)), batch("birds", asked(1), asked(2)), batch("penguins", asked(3)))
    read = journal_of(tmp_path, *batches)
    assert read("penguins")["@request"].tolist() == ["r0", "r3"]
    assert read("birds")["@request"].tolist() == ["r1", "r2"]


def test_an_endpoint_without_a_journal_leaves_nothing(tmp_path):
    read = journal_of(tmp_path, batch("penguins", asked(0), rule=JournalRule(is_kept=False)))
    assert len(read("penguins")["@request"]) == 0
    assert not (tmp_path / "journal" / "penguins").exists()


def test_what_is_only_compared_is_not_noted(tmp_path):
    read = journal_of(tmp_path, batch("penguins", asked(0), against=DIGEST))
    assert len(read("penguins")["@request"]) == 0
