"""A deletion waits for its turn, and says so to whatever has it."""

from worker.journal.turn import TURN, WANTED
from worker.monitoring.record_thread import _turn_for
from worker.monitoring.waiting import somebody_waits

DELETION = {"until_ms": 1, "does_delete": True}
COUNT = {"until_ms": 1}


def test_a_deletion_that_waits_is_known_to_whatever_holds_the_journal():
    with TURN, _turn_for(DELETION) as has_turn:
        assert not has_turn
        assert WANTED.is_set()
        assert somebody_waits()
    with _turn_for(DELETION) as has_turn:
        assert has_turn
        assert not WANTED.is_set()
        assert TURN.locked()
    assert not TURN.locked()


def test_a_count_needs_no_turn():
    with TURN, _turn_for(COUNT) as has_turn:
        assert has_turn
    assert not WANTED.is_set()
