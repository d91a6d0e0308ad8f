"""Publishing: the one way by which a model comes into the registry, and what becomes of it after inspection."""

import errno
import hashlib
import logging
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import uuid4

import msgspec
from django.conf import settings
from django.db import OperationalError as OperationalDatabaseError
from django.db import transaction
from kombu.exceptions import OperationalError

from webapp.accounts.models import User
from webapp.audit.models import Action
from webapp.audit.origin import acting_for
from webapp.celery import app
from webapp.registry.errors import (
    DiskFullError,
    FileNotKeptError,
    InspectionNotSentError,
    NameTakenError,
    NotAPublisherError,
    SubmissionWrongError,
    WrongStateError,
)
from webapp.registry.models import DeployRole, ModelVersion, RegisteredModel, Status
from webapp.registry.naming import NAME_RULE, is_name
from webapp.registry.signals import version_ready
from webapp.registry.store import Inspected, ModelStore
from worker.contract import names
from worker.contract.inspection import InspectionOutcome, InspectionRequest, Publication
from worker.contract.manifest import Manifest

logger = logging.getLogger(__name__)

UNREADABLE: Final = "What the inspection found cannot be read."
UNREADABLE_HINT: Final = "Publish the model again; if this comes back, the log of the control worker has more."
INSPECTION_ID: Final = re.compile(r"[0-9a-f]{32}")
NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT})


@dataclass(frozen=True, kw_only=True, slots=True)
class Submission:
    """What a publisher hands in."""

    name: str
    title: str
    description: str
    artifact: Path
    reference: Path
    publication: Publication
    notes: str = ""
    deploy_role: DeployRole = DeployRole.CHAMPION
    are_files_ours: bool = False
    """Whether the files lie on the data directory's disk and nobody needs them there any more: they are moved."""


def store() -> ModelStore:
    """Return the store of this box."""
    return ModelStore(settings.MODELS_DIR, settings.SPOOL_DIR)


def publish(user: User, submission: Submission) -> ModelVersion:
    """Return the version that now waits for its inspection.

    The same files with the same publication are the same version: when it is ready it is returned as it is, else it is
    inspected again. Raise InspectionNotSentError, after all is saved, if Redis does not take the message; a
    RegistryError, with nothing left behind, if the user may not publish this or the disk is full.
    """
    _check(user, submission)
    inspection_id = uuid4().hex
    with acting_for(user), ExitStack() as unless_asked:
        unless_asked.callback(store().discard, inspection_id)
        unless_asked.enter_context(telling_of_a_full_disk())
        version = _version(user, submission, inspection_id)
        if not version.is_ready:
            unless_asked.pop_all()
    return version


@contextmanager
def telling_of_a_full_disk() -> Iterator[None]:
    """Turn what the system says of a full disk into DiskFullError."""
    try:
        yield
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        raise DiskFullError from error
    except OperationalDatabaseError as error:
        if "disk is full" not in str(error):
            raise
        raise DiskFullError from error


def _check(user: User, submission: Submission) -> None:
    if not user.may_publish:
        raise NotAPublisherError(user.username)
    if not is_name(submission.name):
        raise SubmissionWrongError("name", f"'{submission.name}' is {NAME_RULE}.")
    named = RegisteredModel.objects.filter(name=submission.name)
    if named.exists() and not named.manageable_by(user).exists():
        raise NameTakenError(submission.name)


def _version(user: User, submission: Submission, inspection_id: str) -> ModelVersion:
    artifact_sha256, reference_sha256 = store().receive(
        inspection_id, submission.artifact, submission.reference, are_ours=submission.are_files_ours
    )
    with transaction.atomic():
        model = _model(user, submission)
        digest = digest_of(artifact_sha256, reference_sha256, submission.publication)
        wishes = {
            "deploy_role": submission.deploy_role,
            "asked_by": user,
            "pickles_allowed": user.has_pickles_opened,
        }
        version, is_new = model.versions.get_or_create(
            digest=digest,
            defaults={
                "number": model.next_number(),
                "artifact_sha256": artifact_sha256,
                "reference_sha256": reference_sha256,
                "publication_json": msgspec.to_builtins(submission.publication),
                "notes": submission.notes,
                "inspection_id": inspection_id,
                "created_by": user,
                **wishes,
            },
        )
        version.was_known = not is_new
        if version.is_ready:
            return version
        if not is_new:
            former_inspection_id = version.inspection_id
            version.mark_inspected_again(inspection_id, **wishes)
            transaction.on_commit(lambda: store().discard(former_inspection_id))
        facts = {"artifact": version.artifact_sha256, "reference": version.reference_sha256}
        version.tell(Action.PUBLISHED, user, after=facts)
        transaction.on_commit(lambda: _ask_for_inspection(version))
    return version


def digest_of(artifact_sha256: str, reference_sha256: str, publication: Publication) -> str:
    """Return the name of a version in the store: same bytes, same data, same publication, same digest."""
    content = msgspec.json.encode([artifact_sha256, reference_sha256, publication], order="sorted")
    return hashlib.sha256(content).hexdigest()


def inspect_without_pickles(user: User) -> None:
    """Begin the user's inspections anew that might open a pickle: since they were asked for, that was withdrawn.

    What is being found meanwhile is not taken any more.
    """
    for version in ModelVersion.objects.filter(asked_by=user, status=Status.INSPECTING, pickles_allowed=True):
        former_inspection_id, inspection_id = version.inspection_id, uuid4().hex
        try:
            version.mark_inspected_again(inspection_id, pickles_allowed=False)
        except WrongStateError:
            continue  # accepted a moment ago
        store().readdress(former_inspection_id, inspection_id)
        store().discard(former_inspection_id)
        try:
            _ask_for_inspection(version)
        except InspectionNotSentError as error:
            logger.warning("%s %s", error.message, error.hint)


def record(outcome: InspectionOutcome) -> None:
    """Take in what an inspection found. An answer that nobody waits for (any more) is dropped."""
    version = ModelVersion.objects.filter(pk=outcome.version_id, inspection_id=outcome.inspection_id).first()
    if version is None:
        logger.warning("Nobody waits for the outcome of inspection %s; it is dropped.", outcome.inspection_id)
        _discard_unawaited(outcome.inspection_id)
        return
    if version.status == Status.INSPECTING:
        _take_in(version, outcome)
    # After a second delivery, too: whoever took in the first may have died before this.
    store().discard(version.inspection_id)


def _discard_unawaited(inspection_id: str) -> None:
    """Remove what an inspection made after its version was published again. The id comes from the data plane."""
    if INSPECTION_ID.fullmatch(inspection_id) and not ModelVersion.objects.filter(inspection_id=inspection_id).exists():
        store().discard(inspection_id)


def give_up(inspection_id: object) -> None:
    """Reject the version whose inspection was answered by something that cannot be read: nothing else will come."""
    if not isinstance(inspection_id, str):
        return  # it does not even say whose answer it is
    version = ModelVersion.objects.filter(inspection_id=inspection_id, status=Status.INSPECTING).first()
    if version is not None:
        version.mark_rejected(UNREADABLE, UNREADABLE_HINT)
        store().discard(inspection_id)


def _take_in(version: ModelVersion, outcome: InspectionOutcome) -> None:
    if outcome.manifest is None:
        version.mark_rejected(outcome.reason, outcome.hint, outcome.reason_words, outcome.hint_words)
    else:
        _accept(version, outcome.manifest, {name: outcome.digests.get(name, "") for name in outcome.files})


def _accept(version: ModelVersion, manifest: Manifest, produced: dict[str, str]) -> None:
    inspected = Inspected(
        digest=version.digest,
        inspection_id=version.inspection_id,
        artifact_sha256=version.artifact_sha256,
        reference_sha256=version.reference_sha256,
        produced=produced,
        manifest=msgspec.json.encode(manifest),
    )
    try:
        store().keep(inspected)
    except FileNotKeptError as error:
        version.mark_rejected(error.message, error.hint)
        return
    with transaction.atomic():
        version.mark_ready(manifest)
        version_ready.send(ModelVersion, version=version)


def _model(user: User, submission: Submission) -> RegisteredModel:
    model, is_new = RegisteredModel.objects.get_or_create(
        name=submission.name,
        defaults={
            "title": submission.title or title_of(submission.name),
            "description": submission.description,
            "owner": user,
        },
    )
    if not is_new:
        if not RegisteredModel.objects.manageable_by(user).filter(pk=model.pk).exists():
            raise NameTakenError(submission.name)  # somebody else's came first, a moment ago
        model.describe(submission.title or model.title, submission.description or model.description)
    return model


def title_of(name: str) -> str:
    """Return what a model is called whose publisher gave it no title."""
    return name.replace("-", " ").capitalize()


def _ask_for_inspection(version: ModelVersion) -> None:
    request = InspectionRequest(
        inspection_id=version.inspection_id,
        version_id=version.pk,
        publication=version.publication,
        pickles_allowed=version.pickles_allowed,
    )
    try:
        message = msgspec.to_builtins(request)
        app.send_task(names.TASK_INSPECT, kwargs={"message": message}, queue=names.QUEUE_JOBS)  # type: ignore[no-untyped-call]  # Celery is untyped
    except OperationalError as error:
        raise InspectionNotSentError(str(version)) from error
