"""Asks the data plane how the answers of two versions differ, and takes in what it says."""

import logging
from datetime import datetime
from typing import Final
from uuid import uuid4

import msgspec
from kombu.exceptions import OperationalError

from webapp.celery import app
from webapp.registry.comparisons import VersionComparison
from webapp.registry.errors import ComparisonNotSentError
from webapp.registry.models import ModelVersion, RegisteredModel, Status
from worker.contract import names
from worker.contract.comparison import ComparisonOutcome, ComparisonRequest

logger = logging.getLogger(__name__)

WITH_FILES: Final = (Status.READY, Status.RETIRED, Status.ARCHIVED)


def comparable(model: RegisteredModel) -> "list[ModelVersion]":
    """Return the versions of which the store has the files, the newest first."""
    return list(model.versions.filter(status__in=WITH_FILES).select_related("model", "created_by"))


def compare(old: ModelVersion, new: ModelVersion, now: datetime) -> VersionComparison:
    """Return the comparison, asked for if it never was. Raise ComparisonNotSentError if Redis does not take that."""
    asked, is_first = VersionComparison.objects.get_or_create(
        old=old, new=new, defaults={"comparison_id": uuid4().hex, "asked_at": now}
    )
    if is_first:
        _ask(asked)
    return asked


def compare_again(asked: VersionComparison, now: datetime) -> None:
    """Ask anew, unless it is being compared. Raise ComparisonNotSentError if Redis does not take that."""
    if asked.mark_asked_again(uuid4().hex, now):
        _ask(asked)


def record(outcome: ComparisonOutcome) -> None:
    """Take in what a comparison found. An answer that nobody waits for (any more) is dropped."""
    asked = VersionComparison.objects.filter(comparison_id=outcome.comparison_id).first()
    if asked is None:
        logger.warning("Nobody waits for the outcome of comparison %s; it is dropped.", outcome.comparison_id)
        return
    asked.mark_answered(outcome)


def _ask(asked: VersionComparison) -> None:
    request = ComparisonRequest(
        comparison_id=asked.comparison_id,
        old=asked.old.number,
        new=asked.new.number,
        old_digest=asked.old.digest,
        new_digest=asked.new.digest,
    )
    try:
        message = msgspec.to_builtins(request)
        app.send_task(names.TASK_COMPARE_VERSIONS, kwargs={"message": message}, queue=names.QUEUE_JOBS)  # type: ignore[no-untyped-call]  # Celery is untyped
    except OperationalError as error:
        sentence = str(asked)
        asked.delete()
        raise ComparisonNotSentError(sentence) from error
