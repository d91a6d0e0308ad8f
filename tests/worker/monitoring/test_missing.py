"""A feature that goes wholly missing is told; one of which the journal keeps nothing is left alone."""

import numpy as np
import pytest

from tests.worker.monitoring.diamonds import DIGEST, FIRST_MS, Story
from tests.worker.tables.signatures import boolean, category, number, text
from worker.contract.journal import KEEP_ALL, JournalRule
from worker.contract.monitoring import CheckKind, State, Subject
from worker.contract.signature import Output, OutputKind, Signature
from worker.inspection.profile import profile
from worker.journal.columns import Answered, Asker, Origin, block_of
from worker.models.answers import Answers
from worker.monitoring.rows import Rows
from worker.stats.columns import columns
from worker.stats.data_quality import checks
from worker.stats.domain import domain_drift
from worker.tables.columns import TableBuilder

SIGNATURE = Signature(
    features=(
        number("carat", required=False),
        category("cut", "good", "fair", required=False),
        text("note", required=False),
        boolean("is_sold", required=False),
    ),
    output=Output(name="price", kind=OutputKind.NUMBER),
)
ALL = {"carat", "cut", "note", "is_sold"}


def rows_of(values, rule=KEEP_ALL, hashed=()):
    table, count = TableBuilder(SIGNATURE).build(values), len(values)
    answers = Answers(np.linspace(1.0, 2.0, count), None, ())
    answered = Answered([Asker("one", count, "api:1", 1.0)], table, answers, FIRST_MS, 0.1)
    return Rows([block_of(Origin("diamonds", 1, DIGEST, rule), SIGNATURE, [answered], b"key")], SIGNATURE, hashed)


def known():
    return rows_of([(at / 7, ("good", "fair")[at % 2], f"note {at}", at % 3 == 0) for at in range(300)])


def test_each_feature_that_is_wholly_missing_is_missing_in_all_rows():
    reference, nothing = known(), rows_of([(None, None, None, None)] * 300)
    frozen = profile(reference.features, SIGNATURE, reference.answers, None)
    found = checks(frozen.features, columns(nothing.features, frozen.features))
    missing = {each.feature: (each.share, each.is_changed) for each in found if each.kind is CheckKind.MISSING}
    assert missing == dict.fromkeys(ALL, (1.0, True))


def test_rows_of_which_nothing_is_known_are_told_apart_all_the_same():
    assert domain_drift(known().features, rows_of([(None, None, None, None)] * 300).features).area > 0.9


@pytest.mark.parametrize(
    ("rule", "hashed", "kept"),
    [
        (KEEP_ALL, (), ALL),
        (JournalRule(inputs=False), (), set()),
        (JournalRule(hashed=("cut",)), ("cut",), ALL - {"cut"}),
        (JournalRule(hashed=("carat",)), (), ALL - {"carat"}),
    ],
)
def test_of_what_is_not_kept_nothing_is_said(rule, hashed, kept):
    assert set(rows_of([(1.5, "good", "a", True)] * 3, rule, hashed).features.columns) == kept


def test_a_feature_that_is_gone_from_a_day_on_is_an_alarm(tmp_path):
    story = Story(tmp_path)
    for lacking in ((), ("cut",), ("cut",)):
        story.day(price=lambda prices: prices, lacking=lacking)
    last = story.look().windows[-1]
    assert last.verdict.state is State.CHANGED
    assert Subject(kind=CheckKind.MISSING, name="cut") in last.verdict.alarmed
