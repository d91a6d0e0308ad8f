"""The fronts that these tests ask: of a site that shows how it is asked, of none at all, and of the real box."""

from collections.abc import Iterator

import pytest

from tests.nginx.running_front import RunningFront
from tests.nginx.site import running_site
from tests.running_box import RunningBox, free_port


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningFront]:
    """nginx before a site that shows how it is asked."""
    with running_site() as site, RunningFront(tmp_path_factory.mktemp("front"), site) as running:
        yield running


@pytest.fixture(scope="module")
def lonely_front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningFront]:
    """nginx before a site that does not run."""
    with RunningFront(tmp_path_factory.mktemp("lonely"), f"127.0.0.1:{free_port()}") as running:
        yield running


@pytest.fixture(scope="module")
def box_front(box: RunningBox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningFront]:
    """nginx before the box of the session."""
    directory = tmp_path_factory.mktemp("box-front")
    with RunningFront(directory, f"127.0.0.1:{box.port}", static=box.data.static) as running:
        yield running
