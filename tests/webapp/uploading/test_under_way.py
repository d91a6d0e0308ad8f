"""Uploads that are used, that expire, and whose files nobody names any more."""

import os
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from tests.playground import add_user
from webapp.uploading import files
from webapp.uploading.errors import UploadIncompleteError, UploadMissingError
from webapp.uploading.models import LIFE, Upload
from webapp.uploading.under_way import begin, clear_expired, take

pytestmark = pytest.mark.django_db


@pytest.fixture
def uli(db):
    return add_user("uli")


@pytest.fixture
def upload(uli) -> Upload:
    """A complete one."""
    upload = begin(uli, "rows.csv", 3, timezone.now())
    upload.path.write_bytes(b"a,b")
    return upload


def test_a_complete_upload_is_taken_once(uli, upload, tmp_path):
    taken = take(upload.pk, uli)
    assert (taken.path, taken.name, taken.size_bytes) == (upload.path, "rows.csv", 3)
    taken.path.replace(tmp_path / "job")
    with pytest.raises(UploadMissingError):
        take(upload.pk, uli)
    assert list(files.directory().iterdir()) == []


def test_an_incomplete_upload_is_not_taken(uli, upload):
    upload.path.write_bytes(b"a,")
    with pytest.raises(UploadIncompleteError, match=r"Of 'rows.csv' 2 of 3 bytes have arrived\."):
        take(upload.pk, uli)
    assert Upload.objects.exists()


def test_a_strangers_upload_is_not_taken(upload):
    with pytest.raises(UploadMissingError):
        take(upload.pk, add_user("sam"))


@pytest.mark.parametrize("upload_id", ["", "../../secret-key", "0" * 32, "x" * 999])
def test_no_upload_is_not_taken(uli, upload_id):
    with pytest.raises(UploadMissingError):
        take(upload_id, uli)


def test_an_upload_whose_file_is_gone_is_not_taken(uli, upload):
    upload.path.unlink()
    with pytest.raises(UploadMissingError):
        take(upload.pk, uli)


def test_a_job_that_fails_gives_the_upload_back(uli, upload):
    with transaction.atomic():
        take(upload.pk, uli)
        transaction.set_rollback(True)
    assert take(upload.pk, uli).path.read_bytes() == b"a,b"


def test_what_is_expired_is_removed(upload):
    now = timezone.now()
    assert clear_expired(now) == 0
    assert clear_expired(now + LIFE + timedelta(seconds=1)) == 1
    assert not Upload.objects.exists()
    assert list(files.directory().iterdir()) == []


def test_old_files_of_nobodys_are_removed(upload):
    day_ago = (timezone.now() - LIFE - timedelta(hours=1)).timestamp()
    for name in ("a" * 32, "b" * 32 + files.WRITER, upload.pk, "fresh"):
        (files.directory() / name).touch()
    for name in ("a" * 32, "b" * 32 + files.WRITER, upload.pk):
        os.utime(files.directory() / name, (day_ago, day_ago))
    clear_expired(timezone.now())
    assert {path.name for path in files.directory().iterdir()} == {upload.pk, "fresh"}


def test_nothing_is_to_be_cleared_where_nobody_uploaded():
    assert clear_expired(timezone.now()) == 0
