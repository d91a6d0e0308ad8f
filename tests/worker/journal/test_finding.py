"""A row is found by whatever people know it by, within bounds, and by nobody who may not know it."""

import tracemalloc

import msgspec
import pytest

from tests.worker.journal.rows import DAY_MS, NOON_MS, ORIGIN, SIGNATURE, answered
from worker.contract.journal import JournalRule
from worker.contract.records import BY_CALLER, BY_RANGE, SEARCH_S, FindRequest, Selector
from worker.contract.truth import BY_FEATURE, BY_REQUEST, Truth
from worker.journal import truth
from worker.journal.finding import find
from worker.journal.keeping import pack
from worker.journal.writing import JournalWriter


@pytest.fixture
def endpoint(tmp_path):
    return tmp_path / "diamonds"


@pytest.fixture
def write(tmp_path):
    def write_all(*noted, origin=ORIGIN):
        writer = JournalWriter(tmp_path, "w1", lambda: NOON_MS / 1000)
        for each in noted:
            writer.note(origin, SIGNATURE, each)
        writer.flush()

    return write_all


def found(endpoint, *values: str, by: str = BY_REQUEST, now_s=lambda: 0.0, **more):
    name = more.pop("name", "")
    selector = Selector(by=by, values=values, name=name)
    return find(endpoint, FindRequest(find_id="0" * 32, endpoint="diamonds", selector=selector, **more), now_s)


def test_a_row_is_shown_as_it_was_asked_and_answered(endpoint, write):
    write(answered("a", "b", rows=2))
    (first, second) = found(endpoint, "b").rows
    assert (first.request_id, first.row, first.version, first.caller) == ("b", 0, 3, "api:7")
    assert first.inputs == {"carat": 2.5, "cut": None, "stones": 2}
    assert second.prediction == "yes"
    assert second.probabilities == pytest.approx((0.1, 0.9))
    assert (second.at_ms, second.latency_ms) == (NOON_MS, 2.5)


def test_what_came_true_stands_beside_it(endpoint, write):
    write(answered("a"))
    truth.append(endpoint, [Truth(BY_REQUEST, "a", "yes")], NOON_MS + 5)
    (row,) = found(endpoint, "a").rows
    assert (row.truth, row.told_ms) == ("yes", NOON_MS + 5)


def test_a_row_of_which_no_inputs_are_kept_says_so(endpoint, write):
    write(answered("a"), origin=ORIGIN._replace(rule=JournalRule(inputs=False)))
    (row,) = found(endpoint, "a").rows
    assert row.inputs is None


def test_a_value_finds_a_row_that_keeps_only_its_hash(endpoint, write):
    write(answered("a", "b"), origin=ORIGIN._replace(rule=JournalRule(hashed=("cut", "carat"))))
    assert [row.request_id for row in found(endpoint, "cut 1", by=BY_FEATURE, name="cut").rows] == ["b"]
    assert [row.request_id for row in found(endpoint, "0.5", by=BY_FEATURE, name="carat").rows] == ["a"]


def test_rows_of_others_are_not_found(endpoint, write):
    write(answered("a"))
    assert found(endpoint, "a", callers=("page:7", "api:8")).rows == ()
    assert len(found(endpoint, "a", callers=("page:7", "api:7")).rows) == 1


def test_the_newest_rows_come_first_and_no_more_than_wanted(endpoint, write):
    for day in range(3):
        write(answered(f"r{day}", at_ms=NOON_MS + day * DAY_MS, rows=2))
    pack(endpoint, (NOON_MS + 9 * DAY_MS) / 1000)
    outcome = found(endpoint, "api:7", by=BY_CALLER, rows_max=3)
    assert [(row.request_id, row.row) for row in outcome.rows] == [("r2", 0), ("r2", 1), ("r1", 0)]
    assert outcome.is_more


def test_the_newest_of_many_blocks_are_chosen_in_whatever_order_these_lie(endpoint, write):
    moments = [NOON_MS + (7 * at) % 40 for at in range(40)]
    for at, at_ms in enumerate(moments):
        write(answered(f"r{at}", f"s{at}", at_ms=at_ms, rows=3))
    outcome = found(endpoint, "api:7", by=BY_CALLER, rows_max=8)
    every = [(-at_ms, f"{name}{at}", row) for at, at_ms in enumerate(moments) for name in "rs" for row in range(3)]
    assert [(-row.at_ms, row.request_id, row.row) for row in outcome.rows] == sorted(every)[:8]
    assert outcome.is_more


def test_as_many_rows_as_are_wanted_are_not_said_to_be_more(endpoint, write):
    write(answered("a", "b", rows=4))
    outcome = found(endpoint, "api:7", by=BY_CALLER, rows_max=8)
    assert (len(outcome.rows), outcome.is_more) == (8, False)


def test_of_a_day_of_which_all_rows_are_meant_few_are_held(endpoint, write):
    for at in range(40):
        write(answered(f"r{at}", at_ms=NOON_MS + at, rows=500))
    found(endpoint, "api:7", by=BY_CALLER)  # what is imported for the first time is not counted
    tracemalloc.start()
    outcome = found(endpoint, "api:7", by=BY_CALLER)
    held_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(outcome.rows) == 50
    assert held_bytes < 100 * 40 * 500


def test_a_search_that_takes_long_tells_how_far_it_came(endpoint, write):
    for day in range(2):
        write(answered(f"r{day}", at_ms=NOON_MS + day * DAY_MS))
    clock = iter((0.0, SEARCH_S + 1))
    outcome = found(endpoint, "r1", now_s=lambda: next(clock))
    assert [row.request_id for row in outcome.rows] == ["r1"]
    assert outcome.stopped_at == "2026-11-27"


def test_nothing_is_found_where_nothing_was_answered(endpoint):
    assert found(endpoint, "a").rows == ()


@pytest.mark.parametrize("selector", [{"by": "everything"}, {"by": BY_FEATURE, "name": "@caller"}])
def test_a_selection_that_no_site_makes_is_refused(endpoint, selector):
    with pytest.raises(ValueError, match="selected by"):
        found(endpoint, "a", **selector)


def test_what_is_found_can_be_sent(endpoint, write):
    write(answered("a"))
    outcome = found(endpoint, "a")
    assert msgspec.json.decode(msgspec.json.encode(outcome), type=type(outcome)) == outcome


@pytest.mark.parametrize(
    ("name", "values", "rows"),
    [
        ("carat", ("1.0", "2.5"), 2),
        ("carat", ("2.5", ""), 0),
        ("carat", ("", "1.5"), 2),
        ("carat", (), 0),
        ("stones", ("0", "3"), 2),
        ("cut", (), 1),
        ("cut", ("", ""), 0),
        ("depth", (), 0),
    ],
)
def test_rows_are_found_by_the_range_of_a_feature_or_by_its_absence(endpoint, write, name, values, rows):
    write(answered("a", rows=3))
    assert len(found(endpoint, *values, by=BY_RANGE, name=name).rows) == rows


@pytest.mark.parametrize("values", [("1",), ("x", "2"), ("1", "2", "3")])
def test_bounds_that_no_site_sends_are_refused(endpoint, write, values):
    write(answered("a"))
    with pytest.raises(ValueError):  # noqa: PT011  # float's own words, or ours
        found(endpoint, *values, by=BY_RANGE, name="carat")
