"""After a restoration, nobody is promised a file that did not come with the backup."""

from datetime import timedelta

import pytest
from django.core.management import call_command

from tests.playground import NOON
from tests.webapp.jobs.builders import add_job
from webapp.audit.models import Action, AuditEvent
from webapp.jobs import files
from webapp.jobs.errors import InputLostError
from webapp.jobs.missing import take_note
from webapp.jobs.models import Status
from webapp.jobs.submitting import run_again


@pytest.mark.parametrize("status", [Status.QUEUED, Status.RUNNING, Status.SUCCEEDED])
def test_a_job_with_its_files_stays(bob, penguins, status):
    job = add_job(bob, penguins, status)
    assert take_note(NOON) == 0
    job.refresh_from_db()
    assert (job.status, job.has_files) == (status, True)


@pytest.mark.parametrize(
    ("status", "after"),
    [(Status.RUNNING, Status.CANCELED), (Status.QUEUED, Status.CANCELED), (Status.SUCCEEDED, Status.SUCCEEDED)],
)
def test_a_job_without_its_files_is_over_and_has_none(bob, penguins, status, after):
    job = add_job(bob, penguins, status)
    files.delete(job)
    assert take_note(NOON) == 1
    job.refresh_from_db()
    assert (job.status, job.has_files, job.has_result) == (after, False, False)


def test_the_page_tells_that_the_files_were_not_in_the_backup(as_bob, bob, penguins):
    job = add_job(bob, penguins, Status.SUCCEEDED, expires_at=NOON + timedelta(days=7))
    files.delete(job)
    take_note(NOON)
    page = as_bob.get(f"/jobs/{job.job_id}/").content.decode()
    assert "The box was restored from a backup on" in page
    assert "as said beforehand" not in page
    answer = as_bob.get(f"/jobs/{job.job_id}/result", follow=True).content.decode()
    assert "not in the backup from which the box was restored" in answer


def test_a_job_that_was_canceled_for_it_tells_the_same(as_bob, bob, penguins):
    job = add_job(bob, penguins, Status.RUNNING)
    files.delete(job)
    take_note(NOON)
    assert "The box was restored from a backup on" in as_bob.get(f"/jobs/{job.job_id}/").content.decode()


def test_nothing_begins_anew_without_the_files_and_the_reason_is_the_backup(as_bob, bob, penguins):
    job = add_job(bob, penguins, Status.FAILED)
    files.delete(job)
    take_note(NOON)
    said = as_bob.post(f"/jobs/{job.job_id}/retry/", follow=True)
    assert "not in the backup from which the box was restored" in said.content.decode()


def test_no_other_version_answers_what_is_lost(bob, penguins):
    job = add_job(bob, penguins, Status.SUCCEEDED)
    files.delete(job)
    take_note(NOON)
    job.refresh_from_db()
    with pytest.raises(InputLostError):
        run_again(job, job.version, bob, NOON)


def test_the_trail_tells_that_the_box_was_restored_from_what_and_by_whom(bob, penguins):
    add_job(bob, penguins, Status.SUCCEEDED)
    call_command("note_restoration", "2026-11-26T02:00:00+00:00", "ada")
    event = AuditEvent.objects.get(action=Action.BOX_RESTORED)
    assert event.after == {"backup_made_at": "2026-11-26T02:00:00+00:00", "system_account": "ada"}
