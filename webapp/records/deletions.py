"""The deletion of a person's rows: counted first, confirmed by an administrator, done by the data plane, and proven."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final
from uuid import uuid4

import msgspec
from django.conf import settings
from django.db import transaction
from django.dispatch import Signal
from kombu.exceptions import OperationalError

from webapp.accounts.models import User
from webapp.audit.models import Action, AuditEvent, Entry
from webapp.celery import app
from webapp.endpoints.models import Endpoint
from webapp.records.models import DeletionStage, RowDeletion, to_ms
from webapp.records.searches import forget_all_found
from worker.contract import names
from worker.contract.journal import API, JOB, PAGE
from worker.contract.records import BY_CALLER, VALUES_MAX, WAYS, ForgetOutcome, ForgetRequest, Selector
from worker.contract.truth import BY_FEATURE

logger = logging.getLogger(__name__)

rows_deleted: Final = Signal()
"""Sent with `endpoints`, the names of those of a confirmed deletion: what was made of their rows goes as well, even
where the journal had none left, as what was made before may outlive them.
"""

kept_of_rows: Final = Signal()
"""Sent with `endpoints`: who listens returns how many things it keeps that may hold their rows, and go with them."""

LOST_AFTER: Final = timedelta(hours=1)
"""So long after it was asked for, a count that nobody confirmed is given up, and what it was about is forgotten."""


class DeletionNotSentError(Exception):
    """Redis does not take the message."""


class SelectionWrongError(Exception):
    """What was said selects no rows: nothing, too much, an account or an endpoint that is not there."""


class NotCountedError(Exception):
    """The deletion does not wait to be confirmed: it is not counted, is over, or was confirmed already."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """Which rows somebody wants deleted, and why. `values` of a caller are user names."""

    endpoints: Sequence[str]
    by: str
    values: Sequence[str]
    name: str = ""
    reason: str = ""


def begin(wish: Wish, by: User, now: datetime) -> RowDeletion:
    """Have the rows counted. Raise SelectionWrongError, or DeletionNotSentError."""
    give_up_old(now)
    known = set(Endpoint.objects.values_list("name", flat=True))
    selector = _selector(wish)
    if not wish.endpoints or not known.issuperset(wish.endpoints):
        raise SelectionWrongError
    deletion = RowDeletion.objects.create(
        deletion_id=uuid4().hex,
        wanted_by=by,
        wanted_by_name=by.get_username(),
        wanted_at=now,
        reason=wish.reason,
        endpoints=sorted(set(wish.endpoints)),
        selector_json=msgspec.to_builtins(selector),
    )
    fingerprints = [fingerprint(deletion.deletion_id, value) for value in wish.values]
    RowDeletion.objects.filter(pk=deletion.pk).update(fingerprints=sorted(fingerprints))
    deletion.refresh_from_db()
    try:
        _send(deletion, now, does_delete=False)
    except DeletionNotSentError:
        deletion.delete()
        raise
    deletion.refresh_from_db()
    return deletion


def confirm(deletion: RowDeletion, by: User, now: datetime) -> None:
    """Delete the rows that were counted. Raise NotCountedError, or DeletionNotSentError: then nothing is deleted."""
    counted = deletion.counted
    if counted is None:
        raise NotCountedError
    with transaction.atomic():
        if not deletion.move(DeletionStage.DELETING, DeletionStage.COUNTED, confirmed_at=now):
            raise NotCountedError
        for each in counted.endpoints:
            facts = {"rows": each.rows, "truths": each.truths}
            entry = Entry(
                action=Action.DELETION_ORDERED, by=by, endpoint=each.endpoint, reason=deletion.reason, after=facts
            )
            AuditEvent.objects.record(entry)
        _send(deletion, now, does_delete=True)


def count_of(deletion: RowDeletion) -> int:
    """Return how many rows were counted, with what came true of them and of rows that are gone already."""
    counted = deletion.counted
    return sum(each.rows + each.truths for each in counted.endpoints) if counted else 0


def kept_of(deletion: RowDeletion) -> int:
    """Return how many exports and replays go with the rows; they may hold such as the journal has no more."""
    answers = kept_of_rows.send(RowDeletion, endpoints=deletion.endpoints)
    return sum(int(count or 0) for _, count in answers)


def give_up(deletion: RowDeletion) -> bool:
    """Forget about rows that were only counted. Return whether it waited for that."""
    waiting = (DeletionStage.COUNTING, DeletionStage.COUNTED)
    return deletion.move(DeletionStage.GIVEN_UP, *waiting, selector_json=None)


def give_up_old(now: datetime) -> None:
    """Give up what nobody confirmed."""
    old = RowDeletion.objects.filter(wanted_at__lt=now - LOST_AFTER)
    for deletion in old.filter(stage__in=(DeletionStage.COUNTING, DeletionStage.COUNTED)):
        give_up(deletion)


def record(outcome: ForgetOutcome) -> None:
    """Take in what was counted or deleted. What nobody waits for is dropped."""
    deletion = RowDeletion.objects.select_related("wanted_by").filter(deletion_id=outcome.forget_id).first()
    if deletion is None:
        logger.warning("Nobody waits for the outcome of deletion %s; it is dropped.", outcome.forget_id)
        return
    said = msgspec.to_builtins(outcome)
    failed = outcome.reason is not None
    if not outcome.did_delete:
        to = DeletionStage.FAILED if failed else DeletionStage.COUNTED
        nothing = {"selector_json": None} if failed else {}
        deletion.move(to, DeletionStage.COUNTING, counted_json=said, **nothing)
        return
    with transaction.atomic():
        to = DeletionStage.FAILED if failed else DeletionStage.DELETED
        if deletion.move(to, DeletionStage.DELETING, done_json=said, selector_json=None):
            _tell(deletion, outcome)
    forget_all_found()
    rows_deleted.send(RowDeletion, endpoints=deletion.endpoints)


def _tell(deletion: RowDeletion, outcome: ForgetOutcome) -> None:
    """Note in the trail what was deleted; the digest is that of the proof as it is handed out."""
    digest = sha256(proof_of(deletion)).hexdigest()
    for each in outcome.endpoints:
        facts = {"rows": each.rows, "truths": each.truths, "proof": digest}
        entry = Entry(
            action=Action.ROWS_DELETED,
            by=deletion.wanted_by,
            endpoint=each.endpoint,
            reason=deletion.reason,
            after=facts,
        )
        AuditEvent.objects.record(entry)


def proof_of(deletion: RowDeletion) -> bytes:
    """Return the proof as it is handed out: the same bytes each time."""
    done = deletion.done
    assert done is not None, "There is a proof of what was done"
    facts: dict[str, Any] = {
        "deletion": deletion.deletion_id,
        "box": settings.ALLOWED_HOSTS[0] if settings.ALLOWED_HOSTS else "",
        "wanted_by": deletion.wanted_by_name,
        "wanted_at": _iso(deletion.wanted_at),
        "confirmed_at": _iso(deletion.confirmed_at),
        "done_at": _iso(datetime.fromtimestamp(done.at_ms / 1000, UTC)),
        "reason": deletion.reason,
        "is_complete": done.reason is None and all(each.rows_left == 0 for each in done.endpoints),
        "problem": "" if done.reason is None else str(done.reason),
        "selected_by_sha256": deletion.fingerprints,
        "how_to_check": "printf '%s\\n%s' DELETION VALUE | sha256sum is one of selected_by_sha256",
        "counted_before": None if deletion.counted is None else msgspec.to_builtins(deletion.counted.endpoints),
        "endpoints": msgspec.to_builtins(done.endpoints),
    }
    return msgspec.json.format(msgspec.json.encode(facts), indent=2)


def fingerprint(deletion_id: str, value: str) -> str:
    """Return by what somebody who knows a value can see that it was meant."""
    return sha256(f"{deletion_id}\n{value}".encode()).hexdigest()


def _selector(wish: Wish) -> Selector:
    """Return which rows are meant. Raise SelectionWrongError."""
    values = tuple(dict.fromkeys(value.strip() for value in wish.values if value.strip()))
    is_named = bool(wish.name) and not wish.name.startswith("@")
    if wish.by not in WAYS or not values or len(values) > VALUES_MAX or (wish.by == BY_FEATURE) != is_named:
        raise SelectionWrongError
    if wish.by == BY_CALLER:
        accounts = dict(User.objects.filter(username__in=values).values_list("username", "pk"))
        if len(accounts) != len(values):
            raise SelectionWrongError
        values = tuple(f"{way}:{pk}" for pk in accounts.values() for way in (API, PAGE, JOB))
    return Selector(by=wish.by, values=values, name=wish.name)


def _send(deletion: RowDeletion, now: datetime, *, does_delete: bool) -> None:
    selector = deletion.selector
    assert selector is not None, "What is counted or deleted is known still"
    request = ForgetRequest(
        forget_id=deletion.deletion_id,
        endpoints=tuple(deletion.endpoints),
        selector=selector,
        until_ms=to_ms(now),
        does_delete=does_delete,
    )
    try:
        message = msgspec.to_builtins(request)
        app.send_task(names.TASK_FORGET_ROWS, kwargs={"message": message}, queue=names.QUEUE_RECORDS)  # type: ignore[no-untyped-call]  # Celery is untyped
    except OperationalError as error:
        raise DeletionNotSentError from error


def _iso(moment: datetime | None) -> str:
    return "" if moment is None else moment.astimezone(UTC).isoformat(timespec="seconds")
