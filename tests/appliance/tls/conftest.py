"""A TLS directory, and one of a box that has its own authority."""

import pytest

from appliance.tls import keeping, request
from appliance.tls.directory import TlsDirectory
from tests.appliance.tls.company import NAMES, NOW


@pytest.fixture
def empty(tmp_path):
    """Return a TLS directory that does not exist yet."""
    return TlsDirectory(root=tmp_path / "tls")


@pytest.fixture
def directory(empty):
    """Return the TLS directory of a box with its own authority."""
    keeping.ensure(empty, NAMES, NOW)
    return empty


@pytest.fixture
def asked(directory):
    """Return a TLS directory whose request is open."""
    request.request(directory, NAMES)
    return directory
