"""What jobs need in tests: a queue that takes messages and hands them to nobody."""

import pytest

from tests.webapp.jobs.builders import add_job
from webapp.jobs.models import BatchJob, Status


@pytest.fixture(autouse=True)
def _queue(monkeypatch):
    monkeypatch.setattr("webapp.celery.app.send_task", lambda *_arguments, **_options: None)


@pytest.fixture
def waiting(bob, penguins) -> BatchJob:
    """Return a job that waits for Bob."""
    return add_job(bob, penguins, Status.WAITING)


@pytest.fixture
def succeeded(bob, penguins) -> BatchJob:
    """Return a job of Bob's that has its result."""
    return add_job(bob, penguins, Status.SUCCEEDED)
