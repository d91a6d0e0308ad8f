"""What was really asked is asked of another version: how many would have got another answer, and who is right."""

from dataclasses import dataclass
from pathlib import Path

import msgspec
import pandas as pd
import polars as pl
import pytest
from scipy.stats import binomtest

from tests.worker.comparison.versions import NEW, OLD, classes, classifier, put, regressor
from tests.worker.inspection.publishing import LIMITS
from tests.worker.models.trained import Trained
from tests.worker.monitoring.diamonds import FIRST_MS
from worker.contract.journal import KEEP_ALL, JournalRule
from worker.contract.manifest import Engine
from worker.contract.replay import Replayed, ReplayOutcome, ReplayRequest
from worker.contract.truth import BY_REQUEST, Truth
from worker.inspection.tables import to_table
from worker.journal import truth
from worker.journal.columns import Answered, Asker, Origin
from worker.journal.writing import JournalWriter
from worker.models.serving import ServedModel
from worker.retraining.replay_apart import Job, ReplayPlace
from worker.retraining.replay_process import outcome_of
from worker.stats.sign_test import sign_test

ROWS = 300
REQUEST = ReplayRequest(
    replay_id="a" * 32,
    endpoint="fish",
    old=1,
    new=2,
    old_digest=OLD,
    new_digest=NEW,
    now_ms=FIRST_MS + 10**9,
    rows=1000,
)


@dataclass
class Fish:
    """An endpoint with a version behind it that was asked rows, and another version in the store."""

    root: Path

    def published(self, old: Trained, new: Trained, data: pd.DataFrame) -> None:
        put(self.root / "models", OLD, old, data, Engine.SKLEARN)
        put(self.root / "models", NEW, new, data, Engine.SKLEARN)

    @property
    def journal(self) -> Path:
        return self.root / "spool" / "journal" / "fish"

    def asked(self, data: pd.DataFrame, rule: JournalRule = KEEP_ALL, at_ms: int = FIRST_MS) -> None:
        model = ServedModel.load(self.root / "models" / OLD)
        signature = model.manifest.signature
        table = to_table(pl.DataFrame({name: data[name].to_list() for name in signature.names}), signature)
        answers = model.predict(table)
        writer = JournalWriter(self.root / "spool" / "journal", "test")
        for row in range(len(data)):
            asker = [Asker(f"r{at_ms}-{row}", 1, "api:1", 2.0)]
            one = Answered(asker, table.slice(row, row + 1), answers.slice(row, row + 1), at_ms + row * 1000, 0.1)
            writer.note(Origin("fish", 1, OLD, rule), signature, one)
        writer.flush()

    def told(self, outcomes, at_ms: int = FIRST_MS) -> None:
        truths = [Truth(BY_REQUEST, f"r{at_ms}-{row}", value) for row, value in enumerate(outcomes)]
        truth.append(self.journal, truths, at_ms + 10**8)

    def replay(self, **changes) -> ReplayOutcome:
        request = msgspec.structs.replace(REQUEST, **changes)
        old, new = (str(self.root / "models" / digest) for digest in (OLD, NEW))
        return outcome_of(Job(request=request, old=old, new=new, journal=str(self.journal)))

    def replayed(self, **changes) -> Replayed:
        outcome = self.replay(**changes)
        assert outcome.replayed is not None, (outcome.reason, outcome.detail)
        return outcome.replayed


@pytest.fixture
def fish(tmp_path) -> Fish:
    """Fish of two kinds: the old version looks at what tells little, the new one at what tells much."""
    made = Fish(tmp_path)
    data = classes(ROWS)
    made.published(classifier(data, "length", "depth"), classifier(data, "length"), data)
    made.asked(data)
    return made


def expected(fish: Fish, data: pd.DataFrame) -> tuple[list[str], list[str]]:
    said = []
    for digest in (OLD, NEW):
        model = ServedModel.load(fish.root / "models" / digest)
        signature = model.manifest.signature
        table = to_table(pl.DataFrame({name: data[name].to_list() for name in signature.names}), signature)
        said.append(model.predict(table).predictions.tolist())
    return said[0], said[1]


def test_who_would_get_another_answer_is_counted_and_named_by_the_request(fish):
    old, new = expected(fish, classes(ROWS))
    differing = [row for row in range(ROWS) if old[row] != new[row]]
    replayed = fish.replayed()
    assert differing
    assert (replayed.compared.rows, replayed.compared.different) == (ROWS, len(differing))
    assert {name for name, _ in replayed.requests} <= {f"r{FIRST_MS}-{row}" for row in differing}
    assert len(replayed.requests) == len(replayed.compared.most) > 0
    shown, (name, place) = replayed.compared.most[0], replayed.requests[0]
    assert (shown.old, shown.new) == (old[int(name.rpartition("-")[2])], new[int(name.rpartition("-")[2])])
    assert place == 0
    assert replayed.low < len(differing) / ROWS < replayed.high


def test_where_the_truth_is_known_the_rows_that_one_alone_is_right_about_are_tested(fish):
    data = classes(ROWS)
    truths = data["kind"].tolist()
    fish.told(truths)
    old, new = expected(fish, data)
    split = fish.replayed().one_right
    only_old = sum(one == true != other for one, other, true in zip(old, new, truths, strict=True))
    only_new = sum(other == true != one for one, other, true in zip(old, new, truths, strict=True))
    assert split is not None
    assert (split.only_old, split.only_new) == (only_old, only_new)
    assert split.p == pytest.approx(binomtest(only_old, only_old + only_new).pvalue)


def test_without_truths_nothing_is_said_of_who_is_right(fish):
    replayed = fish.replayed()
    assert (replayed.one_right, replayed.compared.quality) == (None, ())


def test_numbers_have_a_shift_and_a_paired_difference_of_errors(tmp_path):
    fish = Fish(tmp_path)
    data = classes(ROWS).assign(weight=lambda rows: rows["length"] * 3 + rows["depth"])
    shifted = data.assign(weight=data["weight"] + 5)
    fish.published(
        regressor(data, "length", "depth", target="weight"),
        regressor(shifted, "length", "depth", target="weight"),
        data,
    )
    fish.asked(data)
    fish.told(data["weight"].astype(float).tolist())
    replayed = fish.replayed()
    assert replayed.shift is not None
    assert replayed.shift.low is not None
    assert replayed.shift.high is not None
    assert replayed.shift.low <= replayed.shift.value <= replayed.shift.high
    assert replayed.shift.value == pytest.approx(5)
    mae = next(pair for pair in replayed.compared.quality if pair.new.name == "mae")
    assert mae.low is not None
    assert mae.high is not None
    assert mae.low <= mae.difference <= mae.high
    assert mae.difference == pytest.approx(5)
    assert replayed.one_right is None


def test_the_last_rows_are_asked_and_no_others(fish):
    fish.asked(classes(50), at_ms=FIRST_MS + 3 * 86_400_000)
    replayed = fish.replayed(rows=80)
    assert replayed.compared.rows == 80
    assert replayed.first_ms == FIRST_MS + (ROWS - 30) * 1000


def test_rows_after_the_question_are_not_asked(fish):
    assert fish.replayed(now_ms=FIRST_MS + 10_000).compared.rows == 10


def test_a_version_without_rows_is_said(fish):
    assert str(fish.replay(old_digest="f" * 64).reason) == (
        "The journal holds no row that version 1 was asked, with its values."
    )


def test_without_values_nothing_can_be_asked(tmp_path):
    fish = Fish(tmp_path)
    data = classes(ROWS)
    fish.published(classifier(data, "length", "depth"), classifier(data, "length"), data)
    fish.asked(data, JournalRule(inputs=False))
    assert "with its values" in str(fish.replay().reason)


def test_a_feature_of_which_hashes_are_kept_cannot_be_asked(tmp_path):
    fish = Fish(tmp_path)
    data = classes(ROWS)
    fish.published(classifier(data, "length", "depth"), classifier(data, "length"), data)
    fish.asked(data, JournalRule(hashed=("length",)))
    for hashed in ((), ("length",)):  # also when the rule is another by now
        assert str(fish.replay(hashed=hashed).reason) == (
            "The journal keeps only hashes of “length”, so version 2 cannot be asked."
        )


def test_a_hashed_feature_that_the_other_version_does_not_need_is_no_matter(tmp_path):
    fish = Fish(tmp_path)
    data = classes(ROWS)
    fish.published(classifier(data, "length", "depth"), classifier(data, "length"), data)
    fish.asked(data, JournalRule(hashed=("depth",)))
    assert fish.replayed(hashed=("depth",)).compared.rows == ROWS


def test_a_feature_that_nobody_sends_is_named(tmp_path):
    fish = Fish(tmp_path)
    data = classes(ROWS)
    fish.published(classifier(data, "length"), classifier(data, "length", "depth"), data)
    fish.asked(data)
    assert str(fish.replay().reason) == "Version 2 needs the feature “depth”, which callers did not send."


def test_it_happens_in_a_process_of_its_own(fish):
    place = ReplayPlace(models_dir=fish.root / "models", spool_dir=fish.root / "spool", limits=LIMITS)
    outcome = place.replay(REQUEST)
    assert outcome.replayed is not None, (outcome.reason, outcome.detail)
    assert outcome.replayed.compared.rows == ROWS
    assert list((fish.root / "spool" / "working").iterdir()) == []
    absent = msgspec.structs.replace(REQUEST, new_digest="c" * 64)
    assert str(place.replay(absent).reason) == "The model store does not hold version 2."


@pytest.mark.parametrize("change", [{"replay_id": "../x"}, {"endpoint": "../journal"}, {"rows": 10_001}, {"rows": 0}])
def test_what_no_site_sends_is_refused(fish, change):
    place = ReplayPlace(models_dir=fish.root / "models", spool_dir=fish.root / "spool", limits=LIMITS)
    with pytest.raises(ValueError, match="32 hexadecimal digits"):
        place.replay(msgspec.structs.replace(REQUEST, **change))


@pytest.mark.parametrize(("one", "other"), [(0, 0), (1, 0), (3, 9), (9, 3), (7, 7), (0, 40)])
def test_the_sign_test_is_the_binomial_one(one, other):
    exact = binomtest(one, one + other).pvalue if one + other else 1.0
    assert sign_test(one, other) == pytest.approx(exact)
