"""A real ACME server, a real nginx that answers it, and a box that asks."""

from collections.abc import Iterator

import pytest

from appliance.tls.acme.account import Server
from appliance.tls.acme.renewing import Surroundings, Wish
from appliance.tls.names import names_of
from tests.appliance.tls.acme.running_pebble import RunningPebble
from tests.nginx.running_front import RunningFront
from tests.running_box import free_port

NAMES = names_of(["box.example", "models.corp.example", "127.0.0.1"])


@pytest.fixture(scope="session")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningFront]:
    """nginx with the configuration of the product, before a site that does not run."""
    directory = tmp_path_factory.mktemp("acme-front")
    with RunningFront(directory, f"127.0.0.1:{free_port()}", names=(*NAMES.texts, "blocked.example")) as running:
        yield running


@pytest.fixture(scope="session")
def http_port(front: RunningFront) -> int:
    """Where that nginx listens without TLS."""
    return int(front.front.plain[0].rpartition(":")[2])


@pytest.fixture(scope="session")
def pebble(http_port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPebble]:
    """An ACME server that asks nothing of those it signs for but the proof."""
    with RunningPebble(tmp_path_factory.mktemp("pebble"), http_port) as running:
        yield running


@pytest.fixture
def surroundings(front: RunningFront) -> Surroundings:
    """Return where this nginx finds the answers."""
    return Surroundings(answers=front.front.acme)


@pytest.fixture
def wish(pebble: RunningPebble) -> Wish:
    """Return what somebody wants who knows this server."""
    return Wish(server=Server(directory=pebble.url, roots=pebble.roots), names=NAMES, agrees=True)
