"""Deployed versions are loaded before they are asked for, once, and by whom they should."""

import json
import time

import pytest
import redis

from tests.redis_server import running_redis
from tests.worker.models import trained
from tests.worker.models.stores import write_version
from worker.contract import names
from worker.contract.manifest import Engine
from worker.lane import warming as warming_module
from worker.lane.warming import Warming
from worker.models.cache import ModelCache

A, B, SKLEARN = (letter * 64 for letter in "abc")
LOOK_S = 0.02


@pytest.fixture(autouse=True)
def _frequent_looks(monkeypatch):
    monkeypatch.setattr(warming_module, "LOOK_S", LOOK_S)


@pytest.fixture
def models(tmp_path):
    for digest, engine in ((A, Engine.ONNX), (B, Engine.ONNX), (SKLEARN, Engine.SKLEARN)):
        write_version(tmp_path / "models" / digest, trained.logistic(), engine)
    return tmp_path / "models"


class Deployed:
    """A Redis that says what is deployed, and a worker's warming that looks there."""

    def __init__(self, socket, cache: ModelCache, *digests: str) -> None:
        self.is_primary = False
        self.cache = cache
        with redis.Redis(unix_socket_path=str(socket)) as client:
            client.set(names.DEPLOYED, json.dumps(digests))
        self.warming = Warming(socket, cache, lambda: self.is_primary)
        self.warming.start()

    def holds(self, digest: str) -> bool:
        """Return whether the version comes to be loaded."""
        for _ in range(500):
            if digest in self.cache:
                return True
            time.sleep(LOOK_S)
        return False


def test_versions_that_do_not_fit_together_do_not_drive_each_other_out_for_ever(tmp_path, models):
    with running_redis(tmp_path) as socket:
        deployed = Deployed(socket, ModelCache(models, 1), A, B)
        assert deployed.holds(B)
        model = deployed.cache.get(B)
        time.sleep(LOOK_S * 20)
        deployed.warming.stop()
    assert A not in deployed.cache
    assert deployed.cache.get(B) is model


def test_who_stands_by_leaves_scikit_learn_out_until_it_is_primary(tmp_path, models):
    with running_redis(tmp_path) as socket:
        deployed = Deployed(socket, ModelCache(models, 10**9), SKLEARN, A)
        assert deployed.holds(A)
        assert SKLEARN not in deployed.cache
        deployed.is_primary = True
        assert deployed.holds(SKLEARN)
        deployed.warming.stop()


def test_a_version_that_cannot_be_loaded_is_said_once_and_the_others_are_loaded(tmp_path, models, caplog):
    with running_redis(tmp_path) as socket:
        deployed = Deployed(socket, ModelCache(models, 10**9), "d" * 64, A)
        assert deployed.holds(A)
        time.sleep(LOOK_S * 10)
        deployed.warming.stop()
    assert caplog.text.count("cannot be loaded") == 1
