"""Versions change only by the events of their life."""

import pytest

from tests.playground import manifest, submission
from webapp.registry.errors import WrongStateError
from webapp.registry.models import ModelVersion, Status
from webapp.registry.publishing import publish


@pytest.fixture
def version(alice, tmp_path) -> ModelVersion:
    return publish(alice, submission(tmp_path / "in"))


def test_a_version_becomes_ready_with_its_manifest(version):
    version.mark_ready(manifest())
    assert version.is_ready
    assert version.manifest == manifest()


def test_a_version_is_rejected_with_a_reason(version):
    version.mark_rejected("It has no features.", "Add some.")
    assert (version.status, version.reason, version.hint) == (Status.REJECTED, "It has no features.", "Add some.")


def test_a_ready_version_is_not_rejected(version):
    version.mark_ready(manifest())
    with pytest.raises(WrongStateError, match="penguins version 1 cannot be rejected: it is not being inspected"):
        version.mark_rejected("Late.", "")
    version.refresh_from_db()
    assert version.is_ready


def test_an_older_inspection_has_no_say(version):
    late = ModelVersion.objects.get(pk=version.pk)
    version.mark_inspected_again("newer")
    with pytest.raises(WrongStateError):
        late.mark_ready(manifest())


def test_a_ready_version_is_not_inspected_again(version):
    version.mark_ready(manifest())
    with pytest.raises(WrongStateError):
        version.mark_inspected_again("again")


def test_a_version_that_waits_has_no_manifest(version):
    with pytest.raises(AssertionError, match="no manifest before it is ready"):
        _ = version.manifest


def test_versions_count_from_one(version):
    assert version.number == 1
    assert version.model.next_number() == 2
