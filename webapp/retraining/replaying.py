"""Asks the data plane to replay what was asked lately through another version, and takes in what came of that."""

import logging
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import uuid4

import msgspec
from django.db.models import Q
from kombu.exceptions import OperationalError

from webapp.accounts.models import User
from webapp.celery import app
from webapp.endpoints.models import Endpoint
from webapp.records.models import to_ms
from webapp.registry.comparing import comparable
from webapp.registry.models import ModelVersion
from webapp.retraining.errors import (
    ChoiceWrongError,
    NotAskedError,
    NothingServedError,
    TooManyAskedError,
    VersionUnknownError,
)
from webapp.retraining.models import Replay, Stage
from worker.contract import names
from worker.contract.replay import ROWS_DEFAULT, ROWS_MAX, ReplayOutcome, ReplayRequest

logger = logging.getLogger(__name__)

UNDER_WAY_MAX: Final = 2
KEPT_MAX: Final = 20
"""Of one endpoint; the oldest go first."""


def others(endpoint: Endpoint) -> list[ModelVersion]:
    """Return the versions that may be asked instead of the champion, the newest first."""
    champion = endpoint.champion
    if champion is None:
        return []
    return [each for each in comparable(champion.version.model) if each.pk != champion.version_id]


def ask(endpoint: Endpoint, number: int, by: User, now: datetime, *, rows: int = ROWS_DEFAULT) -> Replay:
    """Ask for a replay. Raise RetrainingError for what cannot be, and NotAskedError if Redis does not take that."""
    champion = endpoint.champion
    if champion is None:
        raise NothingServedError(endpoint.name)
    version = next((each for each in others(endpoint) if each.number == number), None)
    if version is None:
        raise VersionUnknownError(number)
    if not 1 <= rows <= ROWS_MAX:
        msg = f"{rows} is not between 1 and {ROWS_MAX:,}."
        raise ChoiceWrongError("rows", msg)
    if endpoint.replays.under_way(now).count() >= UNDER_WAY_MAX:
        raise TooManyAskedError(UNDER_WAY_MAX)
    Replay.objects.filter(pk__in=[each.pk for each in endpoint.replays.all()[KEPT_MAX - 1 :]]).delete()
    replay = Replay.objects.create(
        replay_id=uuid4().hex,
        endpoint=endpoint,
        old=champion.version,
        new=version,
        rows=rows,
        asked_by=by,
        asked_at=now,
    )
    try:
        message = msgspec.to_builtins(_request(replay, now))
        app.send_task(names.TASK_REPLAY, kwargs={"message": message}, queue=names.QUEUE_JOBS)  # type: ignore[no-untyped-call]  # Celery is untyped
    except OperationalError as error:
        replay.delete()
        raise NotAskedError from error
    return replay


def _request(replay: Replay, now: datetime) -> ReplayRequest:
    return ReplayRequest(
        replay_id=replay.replay_id,
        endpoint=replay.endpoint.name,
        old=replay.old.number,
        new=replay.new.number,
        old_digest=replay.old.digest,
        new_digest=replay.new.digest,
        now_ms=round(now.timestamp() * 1000),
        rows=replay.rows,
        hashed=tuple(replay.endpoint.hashed_features),
    )


def record(outcome: ReplayOutcome) -> None:
    """Take in what came of a replay. An answer that nobody waits for (any more) is dropped."""
    taken = Replay.objects.filter(replay_id=outcome.replay_id, stage=Stage.ASKED).update(
        stage=Stage.DONE if outcome.replayed is not None else Stage.FAILED,
        replayed_json=msgspec.to_builtins(outcome.replayed),
        reason_json=msgspec.to_builtins(outcome.reason),
        detail=outcome.detail,
    )
    if not taken:
        logger.warning("Nobody waits for replay %s; it is dropped.", outcome.replay_id)


def clear(now: datetime) -> None:
    """Delete replays that show a row which the journal of their endpoint keeps no more: it keeps whole days."""
    for name, days in Endpoint.objects.values_list("name", "journal_days"):
        first = (now - timedelta(days=days)).astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        is_over = Q(asked_at__lt=first) | Q(replayed_json__first_ms__lt=to_ms(first))
        Replay.objects.filter(is_over, endpoint__name=name).delete()
