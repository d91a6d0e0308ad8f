"""The environment of a process."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from webapp import env


def test_defaults_are_those_of_a_box_on_this_machine(monkeypatch):
    for name in ("BASTIDE_DATA_DIR", "BASTIDE_PUBLIC_URL", "BASTIDE_HOST", "BASTIDE_PORT"):
        monkeypatch.delenv(name, raising=False)
    found = env.read()
    assert found.data_dir == Path("var").resolve()
    assert found.redis_socket == found.data_dir / "run" / "redis.sock"
    assert found.doors_dir == found.data_dir / "run"
    assert found.public_url == "http://127.0.0.1:8000"
    assert not found.is_https


def test_what_is_said_counts(monkeypatch, tmp_path):
    monkeypatch.setenv("BASTIDE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("BASTIDE_PUBLIC_URL", "https://box.example:8443/")
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path / "metrics"))
    monkeypatch.setenv("BASTIDE_DOORS_DIR", "/run/doors")
    found = env.read()
    assert (found.data_dir, found.public_host, found.is_https) == (tmp_path, "box.example", True)
    assert found.metrics_dir == tmp_path / "metrics"
    assert found.doors_dir == Path("/run/doors")


def test_a_secret_key_is_for_its_owner_only(tmp_path):
    key = env.secret_key(tmp_path / "new" / "secret-key")
    assert len(key) > 60
    assert stat.S_IMODE((tmp_path / "new" / "secret-key").stat().st_mode) == 0o600


def test_a_secret_key_stays(tmp_path):
    assert env.secret_key(tmp_path / "secret-key") == env.secret_key(tmp_path / "secret-key")


@pytest.mark.parametrize("_attempt", range(3))
def test_processes_that_start_at_once_agree_on_the_key(tmp_path, _attempt):
    path = tmp_path / "alone" / "secret-key"
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _n: env.secret_key(path), range(8)))
    assert len(keys) == 1
    assert list(path.parent.iterdir()) == [path]


def test_the_memory_for_models_is_set_or_measured(monkeypatch):
    monkeypatch.setenv("BASTIDE_MODEL_MEMORY", "3G")
    assert env.read().model_memory_bytes == 3 << 30
    monkeypatch.delenv("BASTIDE_MODEL_MEMORY")
    assert env.read().model_memory_bytes > 0
