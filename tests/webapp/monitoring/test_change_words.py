"""What a manager reads of a change: each kind of cause says what its numbers mean."""

import pytest
from django.utils import translation

from webapp.monitoring.change_words import cause_words
from worker.contract.monitoring import Cause, CauseKind
from worker.contract.profile import CategoryProfile
from worker.stats.causes import of_categories

SAID = (
    (Cause(kind=CauseKind.FACTOR, factor=200.0), "Values are 200 times what they were: has the unit changed?"),
    (
        Cause(kind=CauseKind.FACTOR, factor=200.0, unit="carat to mg"),
        "The unit has probably changed (carat to mg): values are 200 times what they were.",
    ),
    (
        Cause(kind=CauseKind.PART_FACTOR, factor=1000.0, share=0.2),
        "In 20.0 % of the rows values are 1000 times what they were.",
    ),
    (Cause(kind=CauseKind.OFFSET, offset=273.15), "All values have moved by 273."),
    (
        Cause(kind=CauseKind.LINEAR, factor=1.8, offset=32.0),
        "Values are 1.8 times what they were, plus 32: has the unit changed?",
    ),
    (Cause(kind=CauseKind.SIGN, factor=-1.0), "The sign has turned: what was positive is negative."),
    (
        Cause(kind=CauseKind.SPIKE, value="-1", share=0.35),
        "35.0 % of the rows have the value -1: does it stand for “unknown”?",
    ),
    (Cause(kind=CauseKind.SHIFT, offset=0.52), "Values have moved by 0.52 standard deviations."),
    (Cause(kind=CauseKind.SPREAD, factor=2.5), "Values are spread 2.5 times as far."),
    (
        Cause(kind=CauseKind.CATEGORY, value="Fair", share=0.6, offset=0.3),
        "“Fair” is in 60.0 % of the rows, in the reference data in 30.0 %.",
    ),
)


@pytest.mark.parametrize(("cause", "words"), SAID, ids=[cause.kind + cause.unit[:1] for cause, _ in SAID])
def test_each_cause_says_what_its_numbers_mean(cause, words):
    assert cause_words(cause) == words


def test_every_kind_is_among_them():
    assert {cause.kind for cause, _ in SAID} == set(CauseKind)


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ({"ideal": 35, "fair": 65}, "“fair” is in 65.0 % of the rows, in the reference data in 40.0 %."),
        ({"ideal": 60, "good": 40}, "“fair” is in 0.0 % of the rows, in the reference data in 40.0 %."),
        ({"ideal": 30, "fair": 20, "new": 50}, "“new” is in 50.0 % of the rows, in the reference data in 0.0 %."),
    ],
    ids=["frequent", "gone", "new"],
)
def test_a_category_is_told_with_its_shares_then_and_now(now, words):
    reference = CategoryProfile(values=("ideal", "fair", "good"), counts=(500, 400, 100))
    assert [cause_words(cause) for cause in of_categories(reference, now)] == [words]


def test_in_french_too():
    with translation.override("fr"):
        said = cause_words(Cause(kind=CauseKind.CATEGORY, value="Fair", share=0.6, offset=0.3))
    words = said.replace("\u00a0", " ")
    assert words == "« Fair » figure dans 60,0 % des lignes, et dans 30,0 % des données de référence."
