"""The profile is read from the store within bounds, or not at all."""

import msgspec
import pytest

from tests.playground import publish_and_accept
from webapp.registry import profiles
from webapp.registry.profiles import profile_of
from webapp.registry.publishing import store
from worker.contract.profile import ColumnProfile, Profile

PROFILE = Profile(rows=3, features=(), prediction=ColumnProfile(name="prediction", count=3))


@pytest.fixture
def version(alice, tmp_path, monkeypatch):
    monkeypatch.setattr("webapp.celery.app.send_task", lambda *_, **__: None)
    return publish_and_accept(alice, tmp_path / "in")


@pytest.fixture
def path(version):
    return store().models_dir / version.digest / "profile.json"


def test_a_profile_is_read(version, path):
    path.write_bytes(msgspec.json.encode(PROFILE))
    assert profile_of(version) == PROFILE


def test_a_version_without_a_profile_has_none(version):
    assert profile_of(version) is None


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"rows": "many"}', b"[" * 100_000, b"\xff\xfe", b'{"rows": 1e999}']
)
def test_what_is_no_profile_is_none(version, path, content):
    path.write_bytes(content)
    assert profile_of(version) is None


def test_what_is_too_large_is_not_decoded(version, path, monkeypatch):
    path.write_bytes(msgspec.json.encode(PROFILE))
    monkeypatch.setattr(profiles, "PROFILE_BYTES_MAX", 10)
    assert profile_of(version) is None


def test_a_link_is_not_followed(version, path, tmp_path):
    target = tmp_path / "elsewhere.json"
    target.write_bytes(msgspec.json.encode(PROFILE))
    path.symlink_to(target)
    assert profile_of(version) is None


def test_a_digest_that_is_none_leads_nowhere(version):
    version.digest = "../../etc"
    assert profile_of(version) is None
