"""A data plane that answers at once, for the pages of recorded rows."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import redis

from tests.redis_server import running_redis
from tests.webapp.records.data_plane import DataPlane
from webapp import redis_client


@pytest.fixture(scope="module")
def queue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[redis.Redis]:
    """A real Redis, for what the data plane leaves there."""
    with (
        running_redis(tmp_path_factory.mktemp("redis")) as socket,
        closing(redis.Redis(unix_socket_path=str(socket))) as client,
    ):
        yield client


@pytest.fixture
def plane(queue: redis.Redis, settings, monkeypatch: pytest.MonkeyPatch) -> DataPlane:
    queue.flushall()
    monkeypatch.setattr(redis_client, "client", lambda: queue)
    played = DataPlane(Path(settings.SPOOL_DIR), Path(settings.MODELS_DIR), queue)
    monkeypatch.setattr("webapp.celery.app.send_task", played.send_task)
    return played
