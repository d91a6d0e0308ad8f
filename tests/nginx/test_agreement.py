"""The front and the site mean the same addresses, and the same bounds."""

import re
from pathlib import Path

import pytest

from appliance.proxy import SOURCES
from webapp import body_bounds, uploads
from webapp.accounts import models
from webapp.gateway.application import PREFIX, SUFFIX
from webapp.uploading import tus
from worker.contract.lane import DEADLINE_S

FILES = re.escape("^/(?:api/v1/(?:models/")
CONFIGURATION = (SOURCES / "nginx.conf").read_text()
LIMITS = (SOURCES / "limits.conf").read_text()
APACHE = Path(SOURCES.parent / "docs" / "how-to" / "front" / "apache.conf").read_text()
PATHS = (
    "/api/v1/models/a/versions",
    "/api/v1/models/a/versions/1",
    "/models/publish/",
    "/models/a/publish/",
    "/models/a/b/publish/",
    "/api/v1/endpoints/a/jobs",
    "/api/v1/endpoints/a/predict",
    "/endpoints/a/jobs/",
    "/endpoints/a/jobs/blank.csv",
    "/jobs/",
    "/login/",
    f"{tus.PREFIX}/{'0' * 32}",
    f"{tus.PREFIX}/{'0' * 31}",
)


def of_files(text):
    """Return the expressions for addresses that take files."""
    return re.findall(rf'{FILES}.*?\$(?=["#])', text)


def test_the_addresses_that_take_files_are_said_alike_everywhere():
    found = [*of_files(CONFIGURATION), *of_files(LIMITS), *of_files(APACHE)]
    assert (len(found), len(set(found))) == (3, 1)


@pytest.mark.parametrize("path", PATHS)
def test_files_are_let_through_exactly_where_the_site_takes_them(path):
    taken = any(each.fullmatch(path) for each in (body_bounds.PUBLICATIONS, body_bounds.JOBS, tus.PIECES))
    assert bool(re.search(of_files(CONFIGURATION)[0], path)) == taken


def test_predictions_are_known_by_the_gateways_address():
    expression = r"^/api/v1/endpoints/[^/]+/predict$"
    assert re.search(expression, f"{PREFIX}flowers{SUFFIX}")
    assert f'location ~ "{expression}"' in CONFIGURATION
    assert f'{expression}" predict;' in LIMITS


def test_bodies_are_bounded_as_the_site_bounds_them():
    assert body_bounds.BODY_BYTES_MAX == 4 << 20
    assert "    client_max_body_size 4m;" in CONFIGURATION


def test_the_front_waits_longer_than_the_site():
    assert DEADLINE_S < 60  # nginx's own bound on an answer, where none is said
    assert uploads.IDLE_S < 75
    assert "client_body_timeout 75s;" in CONFIGURATION


def test_a_key_looks_as_the_site_makes_it():
    assert f"{models.KEY_PREFIX}[A-Za-z0-9_-]{{{models.KEY_SECRET_LENGTH}}}" in LIMITS
