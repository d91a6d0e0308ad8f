"""`/api/v1/endpoints/{endpoint}/replays`: what another version would have answered to what was really asked."""

from datetime import datetime
from typing import Any, Final

import msgspec
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone, translation
from ninja import Field, Router, Schema, Status

from webapp.accounts.models import User
from webapp.api.schemas import ErrorSchema
from webapp.endpoints.access import managed_endpoint
from webapp.retraining import replaying
from webapp.retraining.models import Replay
from webapp.retraining.outcome_words import reason_words
from webapp.retraining.replay_words import replay_sentence
from worker.contract.replay import ROWS_DEFAULT, ROWS_MAX

router = Router(tags=["retraining"])

REFUSALS: Final = dict.fromkeys((401, 403, 404), ErrorSchema)


class QuestionSchema(Schema):
    """Which version is asked, and how many of the last rows."""

    version: int
    rows: int = Field(ROWS_DEFAULT, description=f"at most {ROWS_MAX}")


class ReplaySchema(Schema):
    """A replay and what came of it; the version that answers is `old`, the one asked instead `new`."""

    id: str
    old: int
    new: int
    status: str = Field(description="asked, done or failed")
    asked_at: datetime
    sentence: str = Field(description="how many would have got another answer, or why that cannot be told")
    detail: str
    replayed: dict[str, Any] | None = Field(
        description="compared (as of a comparison), requests (those of `most`), low and high (of the share that is "
        "answered otherwise), shift (of numbers), one_right (of classes: rows that one alone is right about, and p)"
    )


@router.post(
    "/{endpoint}/replays",
    response={202: ReplaySchema, **REFUSALS, **dict.fromkeys((400, 409, 429, 503), ErrorSchema)},
    summary="Ask another version what was asked lately",
)
def ask_for_replay(request: HttpRequest, endpoint: str, body: QuestionSchema) -> Status[dict[str, Any]]:
    """No caller gets any of its answers. For whoever manages the endpoint."""
    found = managed_endpoint(_user(request), endpoint)
    return Status(202, _described(replaying.ask(found, body.version, _user(request), timezone.now(), rows=body.rows)))


@router.get(
    "/{endpoint}/replays/{replay_id}", response={200: ReplaySchema, **REFUSALS}, summary="See what came of a replay"
)
def describe_replay(request: HttpRequest, endpoint: str, replay_id: str) -> dict[str, Any]:
    """The last twenty of an endpoint are kept."""
    found = managed_endpoint(_user(request), endpoint)
    known = Replay.objects.select_related("old", "new")
    return _described(get_object_or_404(known, endpoint=found, replay_id=replay_id))


def _described(replay: Replay) -> dict[str, Any]:
    with translation.override("en"):  # as every answer of the API
        return {
            "id": replay.replay_id,
            "old": replay.old.number,
            "new": replay.new.number,
            "status": replay.stage,
            "asked_at": replay.asked_at,
            "sentence": _sentence(replay),
            "detail": replay.detail,
            "replayed": msgspec.to_builtins(replay.replayed),
        }


def _sentence(replay: Replay) -> str:
    if replay.replayed is not None:
        return replay_sentence(replay.replayed, replay.old.number, replay.new.number)
    return "" if replay.reason is None else reason_words(replay.reason)


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User), "The API lets nobody in without an account"
    return request.user
