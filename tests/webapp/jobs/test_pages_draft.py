"""draft"""

import pytest
from tests.webapp.jobs.builders import add_job
from webapp.jobs.models import Status

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("status", list(Status))
def test_each(as_bob, bob, penguins, status):
    job = add_job(bob, penguins, status)
    assert as_bob.get(f"/jobs/{job.job_id}/").status_code == 200
    assert as_bob.get(f"/jobs/{job.job_id}/now.json").status_code == 200
    assert as_bob.get(f"/jobs/").status_code == 200


def test_ep(as_bob, penguins):
    assert "Many rows" in as_bob.get("/endpoints/penguins/").content.decode()
    print(as_bob.get("/endpoints/penguins/jobs/blank.csv").content.decode())
