"""The cache holds what fits, loads each version once, and takes no path for a digest."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.worker.models import trained
from tests.worker.models.stores import write_version
from worker.contract.manifest import Engine
from worker.models.cache import ModelCache
from worker.models.errors import ModelMissing, ModelRefused

A, B, C = (letter * 64 for letter in "abc")
MEGABYTE = 2**20
"""What a small model counts for."""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("models")
    for digest in (A, B, C):
        write_version(root / digest, trained.logistic(), Engine.ONNX)
    return root


def test_a_version_is_loaded_once(store: Path):
    cache = ModelCache(store, 10 * MEGABYTE)
    assert cache.get(A) is cache.get(A)
    assert len(cache) == 1


def test_many_threads_that_ask_at_once_share_one_model(store: Path):
    cache = ModelCache(store, 10 * MEGABYTE)
    with ThreadPoolExecutor(8) as threads:
        models = list(threads.map(cache.get, [A, B] * 20))
    assert len({id(model) for model in models}) == 2


def test_the_least_recently_used_leaves_when_room_is_needed(store: Path):
    cache = ModelCache(store, 2 * MEGABYTE)
    cache.get(A)
    cache.get(B)
    cache.get(A)
    cache.get(C)
    assert [digest in cache for digest in (A, B, C)] == [True, False, True]
    assert cache.size_bytes == 2 * MEGABYTE


def test_a_model_larger_than_the_budget_is_served_alone(store: Path):
    cache = ModelCache(store, 1)
    cache.get(A)
    cache.get(B)
    assert [digest in cache for digest in (A, B)] == [False, True]


@pytest.mark.parametrize("digest", ["", "d" * 64, "../" + "a" * 61, "/" + A[1:], A.upper(), A + "\n", A[:-1] + "/"])
def test_what_the_store_does_not_hold_is_missing(store: Path, digest: str):
    cache = ModelCache(store, MEGABYTE)
    with pytest.raises(ModelMissing):
        cache.get(digest)
    assert len(cache) == 0


def test_a_version_that_failed_to_load_is_tried_again(tmp_path: Path):
    cache = ModelCache(tmp_path, MEGABYTE)
    write_version(tmp_path / A, trained.logistic(), Engine.ONNX)
    graph = (tmp_path / A / "model.onnx").read_bytes()
    (tmp_path / A / "model.onnx").write_bytes(b"damaged")
    with pytest.raises(ModelRefused):
        cache.get(A)
    (tmp_path / A / "model.onnx").write_bytes(graph)
    assert cache.get(A).manifest.engine is Engine.ONNX
