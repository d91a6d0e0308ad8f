"""Whose turn it is."""

from collections import Counter

from webapp.jobs.turns import Next, Turns

ALICE, BOB = 1, 2


def step(owner: int, job: int) -> Next:
    return Next(step_id=job, job_id=job, owner_id=owner)


def test_who_has_least_under_way_comes_next():
    steps = [step(ALICE, 1), step(BOB, 2)]
    assert Turns().choose(steps, Counter({ALICE: 1}), Counter({1: 1})).owner_id == BOB


def test_among_equals_who_waited_longest_comes_next():
    turns = Turns()
    turns.note(step(ALICE, 1))
    assert turns.choose([step(ALICE, 1), step(BOB, 2)], Counter(), Counter()).owner_id == BOB


def test_many_jobs_give_nobody_more_turns():
    turns, sent = Turns(), Counter[int]()
    for _ in range(40):
        chosen = turns.choose([*(step(ALICE, job) for job in range(20)), step(BOB, 99)], Counter(), Counter())
        turns.note(chosen)
        sent[chosen.owner_id] += 1
    assert sent == {ALICE: 20, BOB: 20}


def test_the_jobs_of_one_person_take_turns():
    turns, sent = Turns(), Counter[int]()
    for _ in range(40):
        chosen = turns.choose([step(ALICE, job) for job in range(4)], Counter(), Counter())
        turns.note(chosen)
        sent[chosen.job_id] += 1
    assert set(sent.values()) == {10}


def test_of_the_jobs_of_one_person_what_is_then_done_comes_first():
    last = Next(step_id=9, job_id=9, owner_id=ALICE, is_last=True)
    turns = Turns()
    turns.note(last)
    assert turns.choose([step(ALICE, 1), last, step(ALICE, 2)], Counter({ALICE: 1}), Counter()) == last
    assert turns.choose([step(BOB, 1), last], Counter({ALICE: 1}), Counter()).owner_id == BOB


def test_a_job_that_has_ended_is_forgotten():
    turns = Turns()
    for job in (1, 2):
        turns.note(step(ALICE, job))
    turns.forget_all_but({2})
    assert turns.choose([step(ALICE, 1), step(ALICE, 2)], Counter(), Counter()).job_id == 1
