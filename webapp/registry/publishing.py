"""Publishing: the one way by which a model comes into the registry, and what becomes of it after inspection."""

import hashlib
import logging
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import msgspec
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

from webapp.accounts.models import User
from webapp.celery import app
from webapp.registry.errors import FileNotKeptError, InspectionNotSentError
from webapp.registry.models import DeployRole, ModelVersion, RegisteredModel, Status
from webapp.registry.signals import version_ready
from webapp.registry.store import Inspected, ModelStore
from worker.contract import names
from worker.contract.inspection import InspectionOutcome, InspectionRequest, Publication
from worker.contract.manifest import Manifest

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Submission:
    """What a publisher hands in."""

    name: str
    title: str
    description: str
    artifact: Path
    reference: Path
    publication: Publication
    deploy_role: DeployRole = DeployRole.CHAMPION


def store() -> ModelStore:
    """Return the store of this box."""
    return ModelStore(settings.MODELS_DIR, settings.SPOOL_DIR)


def publish(user: User, submission: Submission) -> ModelVersion:
    """Return the version that now waits for its inspection.

    The same files with the same publication are the same version: when it is ready it is returned as it is, else it is
    inspected again. Raise InspectionNotSentError, after all is saved, if Redis does not take the message.
    """
    inspection_id = uuid4().hex
    with ExitStack() as unless_asked:
        unless_asked.callback(store().discard, inspection_id)
        version = _version(user, submission, inspection_id)
        if not version.is_ready:
            unless_asked.pop_all()
    return version


def _version(user: User, submission: Submission, inspection_id: str) -> ModelVersion:
    artifact_sha256, reference_sha256 = store().receive(inspection_id, submission.artifact, submission.reference)
    with transaction.atomic():
        model = _model(user, submission)
        digest = digest_of(artifact_sha256, reference_sha256, submission.publication)
        version, is_new = model.versions.get_or_create(
            digest=digest,
            defaults={
                "number": model.next_number(),
                "artifact_sha256": artifact_sha256,
                "reference_sha256": reference_sha256,
                "publication_json": msgspec.to_builtins(submission.publication),
                "deploy_role": submission.deploy_role,
                "inspection_id": inspection_id,
                "created_by": user,
            },
        )
        if version.is_ready:
            return version
        if not is_new:
            former_inspection_id = version.inspection_id
            version.mark_inspected_again(inspection_id)
            transaction.on_commit(lambda: store().discard(former_inspection_id))
        transaction.on_commit(lambda: _ask_for_inspection(version))
    return version


def digest_of(artifact_sha256: str, reference_sha256: str, publication: Publication) -> str:
    """Return the name of a version in the store: same bytes, same data, same publication, same digest."""
    content = msgspec.json.encode([artifact_sha256, reference_sha256, publication], order="sorted")
    return hashlib.sha256(content).hexdigest()


def record(outcome: InspectionOutcome) -> None:
    """Take in what an inspection found. An answer that nobody waits for (any more) is dropped."""
    version = ModelVersion.objects.filter(pk=outcome.version_id, inspection_id=outcome.inspection_id).first()
    if version is None:
        logger.warning("Nobody waits for the outcome of inspection %s; it is dropped.", outcome.inspection_id)
        return
    if version.status == Status.INSPECTING:
        _take_in(version, outcome)
    # After a second delivery, too: whoever took in the first may have died before this.
    store().discard(version.inspection_id)


def _take_in(version: ModelVersion, outcome: InspectionOutcome) -> None:
    if outcome.manifest is None:
        version.mark_rejected(outcome.reason, outcome.hint)
    else:
        _accept(version, outcome.manifest, outcome.files)


def _accept(version: ModelVersion, manifest: Manifest, produced: tuple[str, ...]) -> None:
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
        defaults={"title": submission.title, "description": submission.description, "owner": user},
    )
    if not is_new:
        model.describe(submission.title, submission.description)
    return model


def _ask_for_inspection(version: ModelVersion) -> None:
    request = InspectionRequest(
        inspection_id=version.inspection_id, version_id=version.pk, publication=version.publication
    )
    try:
        message = msgspec.to_builtins(request)
        app.send_task(names.TASK_INSPECT, kwargs={"message": message}, queue=names.QUEUE_JOBS)  # type: ignore[no-untyped-call]  # Celery is untyped
    except OperationalError as error:
        raise InspectionNotSentError(str(version)) from error
