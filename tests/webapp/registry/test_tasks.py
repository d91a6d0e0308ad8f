"""The message of the data plane, as it comes off the queue."""

import json

import msgspec
import pytest
from celery.signals import task_retry

from tests.playground import inspected, submission
from webapp.registry.publishing import publish
from webapp.registry.tasks import record_inspection

pytestmark = pytest.mark.django_db


def test_an_outcome_survives_json(alice, tmp_path):
    version = publish(alice, submission(tmp_path / "in"))
    message = json.loads(json.dumps(msgspec.to_builtins(inspected(version))))
    record_inspection(message=message)
    version.refresh_from_db()
    assert version.is_ready


def test_a_message_of_another_shape_is_refused():
    with pytest.raises(msgspec.ValidationError):
        record_inspection(message={"version_id": "x"})


def test_an_answer_that_cannot_be_read_leaves_no_version_waiting(alice, tmp_path):
    version = publish(alice, submission(tmp_path / "in"))
    with pytest.raises(msgspec.ValidationError):
        record_inspection(message={"inspection_id": version.inspection_id, "version_id": "x"})
    version.refresh_from_db()
    assert (version.status, version.reason) == ("rejected", "What the inspection found cannot be read.")


def test_an_outcome_that_cannot_be_kept_now_is_kept_later(alice, tmp_path, settings):
    version = publish(alice, submission(tmp_path / "in"))
    settings.MODELS_DIR.write_bytes(b"in the way")

    def clear_the_way(**_):
        settings.MODELS_DIR.unlink(missing_ok=True)

    task_retry.connect(clear_the_way)
    try:
        record_inspection.apply(kwargs={"message": msgspec.to_builtins(inspected(version))})
    finally:
        task_retry.disconnect(clear_the_way)
    version.refresh_from_db()
    assert version.is_ready
