"""The story of the diamonds: quiet weeks, then carat in milligrams; and a market that moves while its inputs do not."""

from datetime import UTC, datetime

import pytest

from tests.worker.monitoring.diamonds import DAY_MS, FIRST_MS, Story, grams
from worker.contract.journal import JournalRule
from worker.contract.monitoring import CauseKind, State, Subject
from worker.contract.truth import BY_REQUEST, Truth
from worker.journal import reading, truth
from worker.journal.columns import PREDICTION, REQUEST
from worker.journal.reading import Window


def figure(found, name):
    return next(each for each in found if each.name == name)


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """Eight quiet days and four with the wrong unit, all outcomes known."""
    story = Story(tmp_path_factory.mktemp("story"))
    for _ in range(8):
        story.day(price=lambda prices: prices)
    for _ in range(4):
        story.day(grams, price=lambda prices: prices)
    return story.look()


def test_there_is_a_window_for_each_day(told):
    assert [each.rows for each in told.windows] == [600] * 12
    assert told.rows_in_journal == 7_200


def test_quiet_days_are_steady(told):
    assert {each.verdict.state for each in told.windows[:8]} == {State.STEADY}


def test_the_first_day_is_watched_and_the_second_is_an_alarm(told):
    assert told.windows[8].verdict.state is State.WATCHED
    assert [each.verdict.state for each in told.windows[9:]] == [State.CHANGED] * 3


def test_the_feature_the_day_and_the_likely_cause_are_named(told):
    last = told.windows[-1]
    assert last.ranking[0][0] == "carat"
    since = told.windows[last.verdict.since]
    assert datetime.fromtimestamp(since.begins_ms / 1000, UTC).date().isoformat() == "2026-11-09"
    (cause, *_) = figure(last.features, "carat").causes
    assert cause.kind is CauseKind.FACTOR
    assert cause.factor == pytest.approx(200)
    assert cause.unit == "carat to mg"


def test_other_features_are_left_alone(told):
    changed = {each.name for each in told.windows[-1].features if each.is_changed}
    assert changed == {"carat"}


def test_the_realised_error_agrees_with_the_estimate_while_nothing_moved(told):
    for window in told.windows[:8]:
        estimate, measured = figure(window.estimated, "mae"), figure(window.realised, "mae")
        assert estimate.low <= measured.value <= estimate.high


def test_with_the_wrong_unit_the_measured_error_is_a_multiple(told):
    assert figure(told.windows[-1].realised, "mae").value > 2 * figure(told.windows[0].realised, "mae").value


def test_coverage_and_delay_are_told(told):
    coverage = told.windows[0].coverage
    assert (coverage.known, coverage.rows) == (600, 600)
    assert 2 * 86_400 < coverage.delay_s <= 3 * 86_400
    assert not coverage.is_biased


def test_what_it_took_is_told(told):
    operations = told.windows[0].operations
    assert (operations.requests, operations.ways) == (600, {"api": 600})
    assert 2.0 < operations.p50_ms < operations.p95_ms < 9.0


def test_where_the_concept_moved_the_estimate_cannot_know_and_the_gap_says_so(tmp_path):
    story = Story(tmp_path)
    story.day(price=lambda prices: prices)
    story.day(price=lambda prices: prices * 1.6)
    before, after = story.look().windows
    assert after.verdict.state is State.STEADY
    assert figure(after.estimated, "mae").high < figure(after.realised, "mae").low
    assert figure(before.estimated, "mae").value == pytest.approx(figure(after.estimated, "mae").value, rel=0.3)


def test_few_rows_are_a_state_of_their_own(tmp_path):
    story = Story(tmp_path)
    story.day()
    window = story.look(from_ms=0, now_ms=FIRST_MS + 3_600_000).windows[0]
    assert window.verdict.state is State.NOT_ENOUGH_DATA
    assert window.is_open
    assert window.rows < window.verdict.rows_needed == 200


def test_outcomes_of_some_rows_alone_are_told_to_be_biased(tmp_path):
    story = Story(tmp_path)
    story.day()
    dear = [Truth(BY_REQUEST, name, 1.0) for name, price in answered(story) if price > 4_000]
    truth.append(story.journal, dear, FIRST_MS + 4 * DAY_MS)
    coverage = story.look().windows[0].coverage
    assert coverage is not None
    assert coverage.is_biased
    assert 0 < coverage.share < 0.6


def test_outcomes_from_when_the_endpoint_answered_with_words_are_unknown_to_a_model_of_numbers(tmp_path):
    story = Story(tmp_path)
    story.day(price=lambda prices: prices)
    truth.append(story.journal, [Truth(BY_REQUEST, "d0-0", "dear")], FIRST_MS + 4 * DAY_MS)
    coverage = story.look().windows[0].coverage
    assert coverage is not None
    assert (coverage.known, coverage.rows) == (599, 600)


def test_the_bands_of_an_estimate_are_about_its_value(told):
    for window in told.windows:
        for each in window.estimated:
            assert 0 <= each.low < each.value < each.high < 10 * each.value


def answered(story):
    """Return the ids of all requests, each with the price that was answered."""
    found = reading.joined(reading.blocks(story.journal, Window()), [REQUEST, PREDICTION])
    return list(zip(found[REQUEST].tolist(), found[PREDICTION].tolist(), strict=True))


def test_without_inputs_the_answers_are_still_looked_at(tmp_path):
    story = Story(tmp_path, JournalRule(inputs=False))
    story.day()
    story.day(grams)
    windows = story.look().windows
    assert windows[1].features == ()
    assert figure(windows[1].predictions, "y").is_changed


def test_hashed_features_are_not_compared(tmp_path):
    story = Story(tmp_path, JournalRule(hashed=("carat", "cut")))
    story.day(grams)
    window = story.look(hashed=("carat", "cut")).windows[0]
    assert {each.name for each in window.features} == {"color", "clarity", "depth", "table", "x", "y", "z"}


def test_a_single_answer_has_an_interval_that_holds_as_long_as_the_data_are_the_same(told):
    quiet, wrong = told.windows[0].interval, told.windows[-1].interval
    assert quiet.half_width == wrong.half_width > 0
    assert quiet.low < quiet.level < quiet.high
    assert quiet.known == 600
    assert wrong.high < quiet.low


def test_quantiles_and_the_mean_move_with_the_unit(told):
    before, after = (figure(told.windows[at].features, "carat") for at in (0, -1))
    assert after.quantiles[2] / before.quantiles[2] == pytest.approx(200, rel=0.15)
    assert after.mean / before.mean == pytest.approx(200, rel=0.15)


def test_what_each_sunday_brings_is_no_alarm_from_the_third_on(tmp_path):
    story = Story(tmp_path)
    for day in range(15):
        story.day(grams if day % 7 == 0 else lambda rows: rows)
    windows = story.look().windows
    carat = Subject(kind="drift", name="carat")
    assert [at for at, each in enumerate(windows) if carat in each.found.changed] == [0, 7]
    assert [at for at, each in enumerate(windows) if carat in each.found.seasonal] == [14]
