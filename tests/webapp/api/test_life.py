"""The end of a version's life, by programs."""

import pytest

from tests.playground import add_user, deployed_endpoint
from tests.webapp.api.test_deployments import with_key
from tests.webapp.endpoints.test_deploying import add_version
from webapp.accounts.models import Role

VERSION = "/api/v1/models/penguins/versions/2"


@pytest.fixture
def olga(db):
    return add_user("olga", Role.PUBLISHER)


@pytest.fixture
def version(olga):
    return add_version(deployed_endpoint(olga))


def test_a_version_is_retired_archived_restored_and_deleted(olga, version):
    caller = with_key(olga)
    events = [
        caller.generic("POST", f"{VERSION}/{event}").json()["status"] for event in ("retire", "archive", "restore")
    ]
    assert events == ["retired", "archived", "ready"]
    deleted = caller.delete(VERSION, {"name": "penguins 2"}, content_type="application/json")
    assert (deleted.status_code, deleted.json()["status"]) == (200, "deleted")


def test_another_name_is_400(olga, version):
    answer = with_key(olga).delete(VERSION, {"name": "penguins"}, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_input")


def test_what_is_deployed_is_409(olga, version):
    answer = with_key(olga).generic("POST", VERSION.replace("/2", "/1") + "/retire")
    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state")


@pytest.mark.parametrize("event", ["retire", "archive", "restore"])
def test_another_publisher_finds_nothing(version, event):
    assert with_key(add_user("pia", Role.PUBLISHER)).generic("POST", f"{VERSION}/{event}").status_code == 404


def test_who_publishes_no_more_is_refused(olga, version):
    olga.role = Role.USER
    olga.save()
    assert with_key(olga).generic("POST", f"{VERSION}/retire").status_code == 403
