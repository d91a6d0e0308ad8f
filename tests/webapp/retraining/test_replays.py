"""What was asked lately is asked of another version, and what came of it is said in words."""

import json
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from django.urls import reverse

from tests.playground import NOON
from tests.webapp.endpoints.test_deploying import add_version
from webapp.registry.models import ModelVersion
from webapp.retraining import replaying
from webapp.retraining.models import Replay, Stage
from webapp.retraining.replay_words import one_right_sentence, replay_sentence, shift_sentence
from webapp.retraining.tasks import record_replay
from worker.contract import names
from worker.contract.comparison import Compared, DifferentRow, PairedQuality
from worker.contract.manifest import Quality
from worker.contract.replay import Mean, OneRight, Replayed, ReplayOutcome
from worker.contract.report import Confusion
from worker.contract.words import Words

ROW = DifferentRow(row=7, values={"bill_mm": "46.1", "island": "Biscoe"}, old="Adelie", new="Gentoo", truth="Gentoo")
COMPARED = Compared(
    reference_rows=1_000, rows=998, left_out=2, different=40, gap_mean=0.01, gap_max=0.9, most=(ROW,), quality_rows=300,
    quality=(PairedQuality(old=Quality(name="accuracy", value=0.9), new=Quality(name="accuracy", value=0.95),
                           low=0.02, high=0.08),),
    answers=Confusion(labels=("Adelie", "Gentoo"), counts=((500, 20), (20, 458))),
)  # fmt: skip  # one thought a line
REPLAYED = Replayed(
    compared=COMPARED, requests=(("invoice-77", 2),), first_ms=1_763_000_000_000, last_ms=1_763_380_000_000,
    low=0.029, high=0.054, one_right=OneRight(only_old=3, only_new=18, p=0.0015),
)  # fmt: skip  # as above


@pytest.fixture
def second(penguins) -> ModelVersion:
    return add_version(penguins)


@pytest.fixture
def replay(penguins, second, alice, sent) -> Replay:
    return replaying.ask(penguins, second.number, alice, NOON)


def answered(replay: Replay, replayed: Replayed | None = REPLAYED, reason: Words | None = None) -> None:
    outcome = ReplayOutcome(replay_id=replay.replay_id, replayed=replayed, reason=reason)
    record_replay(message=json.loads(json.dumps(msgspec.to_builtins(outcome))))


def test_the_last_rows_are_asked_of_the_version_that_was_chosen(as_alice, penguins, second, sent):
    url = reverse("replays", args=["penguins"])
    answer = as_alice.post(url, {"version": second.number, "rows": "200"})
    (name, message) = sent[-1]
    assert name == names.TASK_REPLAY
    assert (message["old"], message["new"], message["rows"]) == (1, second.number, 200)
    assert (message["old_digest"], message["new_digest"]) == ("penguins-digest", second.digest)
    assert answer["Location"] == reverse("replay", args=["penguins", Replay.objects.get().replay_id])


@pytest.mark.parametrize(
    "form", [{"version": "1"}, {"version": "77"}, {"version": "x"}, {"version": "2", "rows": "10001"}]
)
def test_what_cannot_be_asked_is_said(as_alice, penguins, second, sent, form):
    assert as_alice.post(reverse("replays", args=["penguins"]), form).status_code == 400
    assert sent == []


def test_what_came_of_it_is_said_in_words(as_alice, penguins, replay):
    answered(replay)
    shown = as_alice.get(reverse("replay", args=["penguins", replay.replay_id])).content.decode()
    assert "would have answered 40 of 998 rows otherwise (2.9 % to 5.4 %)" in shown.replace("\N{NO-BREAK SPACE}", " ")
    assert "It is right more often" in shown
    assert "only version 1 is right on 3, only version 2 on 18" in shown
    assert "That is more than chance (p = 0.0015" in shown
    assert (
        'href="/endpoints/penguins/predictions/?by=request&amp;id=invoice-77&amp;row=2">invoice-77</a>, row 3' in shown
    )
    assert "2 rows are left out" in shown


def test_the_list_tells_each_in_a_sentence(as_alice, penguins, replay):
    url = reverse("replays", args=["penguins"])
    assert "it may be lost" in as_alice.get(url).content.decode()
    answered(replay)
    assert "40 of 998 rows otherwise" in as_alice.get(url).content.decode()


def test_why_it_could_not_be_asked_is_said(as_alice, penguins, replay):
    reason = Words(
        "Version {number} needs the feature “{feature}”, which callers did not send.", {"number": 2, "feature": "x"}
    )
    answered(replay, None, reason)
    assert (
        "which callers did not send"
        in as_alice.get(reverse("replay", args=["penguins", replay.replay_id])).content.decode()
    )
    assert Replay.objects.get().stage == Stage.FAILED


def test_an_outcome_that_comes_twice_changes_nothing(replay):
    answered(replay)
    answered(replay, None, Words("The replay could not be done."))
    assert Replay.objects.get().stage == Stage.DONE


def test_without_outcomes_nobody_is_called_better():
    bare = msgspec.structs.replace(REPLAYED, compared=msgspec.structs.replace(COMPARED, quality=()), one_right=None)
    assert "no outcome of these rows is known" in replay_sentence(bare, 1, 2)
    assert one_right_sentence(bare, 1, 2) == ""


def test_a_split_that_may_be_chance_is_called_so():
    even = msgspec.structs.replace(REPLAYED, one_right=OneRight(only_old=9, only_new=11, p=0.82))
    assert "That may be chance (p = 0.82" in one_right_sentence(even, 1, 2)


def test_numbers_are_told_to_be_larger_or_smaller():
    lower = msgspec.structs.replace(REPLAYED, shift=Mean(value=-12.0, low=-14.0, high=-10.0))
    assert "smaller by 12 USD" in shift_sentence(lower, "USD").replace("\N{NO-BREAK SPACE}", " ")


def test_replays_go_with_the_rows_that_they_show(penguins, replay):
    penguins.journal_days = 30
    penguins.save()
    replaying.clear(NOON + timedelta(days=29))
    assert Replay.objects.exists()
    replaying.clear(NOON + timedelta(days=31))
    assert not Replay.objects.exists()


@pytest.mark.parametrize(("hours", "is_kept"), [(11, True), (13, False)])
def test_a_replay_goes_with_the_oldest_row_that_it_shows(penguins, replay, hours, is_kept):
    row_ms = round((NOON - timedelta(days=25)).timestamp() * 1000)
    answered(replay, msgspec.structs.replace(REPLAYED, first_ms=row_ms))
    penguins.journal_days = 30
    penguins.save()
    replaying.clear(NOON + timedelta(days=5, hours=hours))
    assert Replay.objects.exists() == is_kept


def test_a_program_asks_and_is_told(client, penguins, second, sent, key):
    url = "/api/v1/endpoints/penguins/replays"
    asked: Any = client.post(url, {"version": second.number}, content_type="application/json", headers=key)
    assert (asked.status_code, asked.json()["status"]) == (202, "asked")
    answered(Replay.objects.get())
    told = client.get(f"{url}/{asked.json()['id']}", headers=key).json()
    assert told["replayed"]["compared"]["different"] == 40
    assert "40 of 998 rows otherwise" in told["sentence"]


def test_a_program_is_told_which_version_cannot_be_asked(client, penguins, second, sent, key):
    body = {"version": 1}
    answer = client.post("/api/v1/endpoints/penguins/replays", body, content_type="application/json", headers=key)
    assert (answer.status_code, answer.json()["error"][:9]) == (400, "Version 1")
