"""Two versions are compared once, and again when somebody wants that; an answer is kept only while it is waited for."""

import json
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from kombu.exceptions import OperationalError

from tests.playground import NOON, manifest
from webapp.endpoints import life
from webapp.registry.comparing import comparable, compare, compare_again, record
from webapp.registry.comparisons import LOST_AFTER, Stage, VersionComparison
from webapp.registry.errors import ComparisonNotSentError
from webapp.registry.models import ModelVersion
from webapp.registry.tasks import record_comparison
from worker.contract.comparison import Compared, ComparisonOutcome
from worker.contract.words import Words

pytestmark = pytest.mark.django_db

FOUND = Compared(reference_rows=190, rows=190, left_out=0, different=12, gap_mean=0.01, gap_max=0.4)
LATE = NOON + LOST_AFTER + timedelta(seconds=1)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What Redis was given."""
    messages: list[dict[str, Any]] = []
    monkeypatch.setattr("webapp.celery.app.send_task", lambda name, kwargs, queue: messages.append(kwargs["message"]))
    return messages


@pytest.fixture
def pair(alice) -> tuple[ModelVersion, ModelVersion]:
    model = alice.models.create(name="penguins", title="Penguins")
    versions = [
        model.versions.create(number=number, digest=str(number) * 64, inspection_id=str(number), created_by=alice)
        for number in (1, 2)
    ]
    for version in versions:
        version.mark_ready(manifest())
    return versions[0], versions[1]


def outcome(asked: VersionComparison, **changes: Any) -> ComparisonOutcome:
    return ComparisonOutcome(comparison_id=asked.comparison_id, **({"compared": FOUND} | changes))


def test_a_pair_is_asked_once(pair, sent):
    first = compare(pair[0], pair[1], NOON)
    assert compare(pair[0], pair[1], LATE) == first
    assert [(message["old_digest"], message["new_digest"]) for message in sent] == [("1" * 64, "2" * 64)]


def test_an_answer_is_kept_as_it_came_off_the_queue(pair, sent):
    asked = compare(pair[0], pair[1], NOON)
    record_comparison(message=json.loads(json.dumps(msgspec.to_builtins(outcome(asked)))))
    asked.refresh_from_db()
    assert (asked.stage, asked.compared) == (Stage.COMPARED, FOUND)


def test_a_reason_is_kept(pair, sent):
    asked = compare(pair[0], pair[1], NOON)
    record(
        outcome(asked, compared=None, reason=Words("Version {number} cannot be opened.", {"number": 1}), detail="So.")
    )
    asked.refresh_from_db()
    assert (asked.stage, str(asked.reason), asked.detail) == (Stage.FAILED, "Version 1 cannot be opened.", "So.")


def test_a_second_answer_changes_nothing(pair, sent):
    asked = compare(pair[0], pair[1], NOON)
    record(outcome(asked))
    record(outcome(asked, compared=msgspec.structs.replace(FOUND, different=13)))
    asked.refresh_from_db()
    assert asked.compared == FOUND


def test_an_answer_that_nobody_waits_for_is_dropped(pair, sent):
    asked = compare(pair[0], pair[1], NOON)
    compare_again(asked, LATE)
    record(ComparisonOutcome(comparison_id="f" * 32, compared=FOUND))
    asked.refresh_from_db()
    assert asked.stage == Stage.COMPARING


def test_what_is_being_compared_is_not_asked_again_before_it_may_be_lost(pair, sent):
    asked = compare(pair[0], pair[1], NOON)
    compare_again(asked, NOON + timedelta(minutes=1))
    assert len(sent) == 1
    assert not asked.is_lost(NOON)
    assert asked.is_lost(LATE)
    compare_again(asked, LATE)
    assert [message["comparison_id"] for message in sent][1] == asked.comparison_id != sent[0]["comparison_id"]


def test_asking_again_forgets_the_former_answer(pair, sent):
    asked = compare(pair[0], pair[1], NOON)
    record(outcome(asked))
    asked.refresh_from_db()
    compare_again(asked, NOON)
    assert (asked.stage, asked.compared, len(sent)) == (Stage.COMPARING, None, 2)


def test_without_redis_nothing_waits(pair, monkeypatch):
    def refuse(*_: Any, **__: Any) -> None:
        raise OperationalError

    monkeypatch.setattr("webapp.celery.app.send_task", refuse)
    with pytest.raises(ComparisonNotSentError, match="penguins version 1 and version 2 cannot be compared"):
        compare(pair[0], pair[1], NOON)
    assert not VersionComparison.objects.exists()


def test_rows_go_away_with_the_files_of_either_version(pair, sent, alice):
    record(outcome(compare(pair[0], pair[1], NOON)))
    life.delete(pair[0], alice, "penguins 1")
    assert not VersionComparison.objects.exists()
    assert comparable(pair[0].model) == [pair[1]]
