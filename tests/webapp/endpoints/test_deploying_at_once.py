"""Several people change one endpoint at the same moment, each on a connection of their own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from tests.playground import NOON, add_user, deployed_endpoint
from tests.webapp.endpoints.test_deploying import add_version, live, put
from webapp.accounts.models import Role
from webapp.endpoints.deploying import rollback
from webapp.endpoints.errors import DeploymentStateError
from webapp.endpoints.models import Endpoint

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 4


@pytest.fixture
def penguins() -> Endpoint:
    return deployed_endpoint(add_user("alice", Role.ADMIN))


def at_once(works: list[Callable[[], object]]) -> list[object]:
    """Return what each work returns or raises, all begun together."""
    begin = Barrier(len(works))

    def run(work: Callable[[], object]) -> object:
        begin.wait()
        try:
            return work()
        except DeploymentStateError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def test_of_several_champions_deployed_at_once_one_answers(penguins):
    versions = [add_version(penguins) for _ in range(PEOPLE)]
    at_once([lambda version=version: put(penguins, version) for version in versions])  # type: ignore[misc]  # a lambda's default has no type
    deployments = list(penguins.deployments.filter(role="champion").order_by("pk"))
    assert len(deployments) == PEOPLE + 1
    assert [each.is_live for each in deployments] == [False] * PEOPLE + [True]
    assert [each.former for each in deployments[1:]] == deployments[:-1]


def test_of_several_challengers_deployed_at_once_one_is_taken(penguins):
    versions = [add_version(penguins) for _ in range(PEOPLE)]
    outcomes = at_once([lambda version=version: put(penguins, version, "challenger", 10) for version in versions])  # type: ignore[misc]  # as above
    assert sum(isinstance(outcome, DeploymentStateError) for outcome in outcomes) == PEOPLE - 1
    assert len(live(penguins)["challenger"]) == 1


def test_two_who_roll_back_what_both_saw_go_back_once(penguins):
    put(penguins, add_version(penguins))
    put(penguins, add_version(penguins))
    seen, owner = penguins.champion.pk, penguins.champion.deployed_by
    outcomes = at_once([lambda: rollback(penguins, owner, NOON, champion_seen=seen)] * 2)
    assert sum(isinstance(outcome, DeploymentStateError) for outcome in outcomes) == 1
    assert live(penguins) == {"champion": [2]}
