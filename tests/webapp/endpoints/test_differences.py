"""What shadows showed adds up, whoever counted it."""

import pytest

from tests.playground import add_user, deployed_endpoint
from webapp.accounts.models import Role
from webapp.endpoints.differences import ShadowDifferences

pytestmark = pytest.mark.django_db

COUNTED = {"requests": 3, "failed": 1, "left_out": 2, "rows": 10, "different": 4, "gap_sum": 1.5}


def test_counts_add_up_and_the_largest_gap_stays():
    deployment = deployed_endpoint(add_user("alice", Role.PUBLISHER)).deployments.get()
    ShadowDifferences.objects.add(deployment.pk, gap_max=0.5, **COUNTED)
    ShadowDifferences.objects.add(deployment.pk, gap_max=0.25, **COUNTED)
    found = deployment.differences
    assert (found.requests, found.rows, found.different, found.gap_max) == (6, 20, 8, 0.5)
    assert (found.different_share, found.gap_mean) == (0.4, 0.15)


@pytest.mark.django_db(transaction=True)
def test_what_is_counted_for_a_deployment_that_is_gone_is_dropped():
    ShadowDifferences.objects.add(99, gap_max=0.5, **COUNTED)
    assert not ShadowDifferences.objects.exists()
