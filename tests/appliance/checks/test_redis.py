"""What is said of Redis from what it says of itself."""

import pytest

from appliance.checks.check import Status
from appliance.checks.redis import check_redis, judge_persistence, judge_version
from appliance.paths import DataDirectory
from tests.redis_server import running_redis


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0", Status.PASSED),
        ("Redis server v=6.2.0 sha=0", Status.PASSED),
        ("Redis server v=6.0.16 sha=0", Status.FAILED),
        ("something else", Status.WARNING),
    ],
)
def test_redis_must_be_new_enough(text, status):
    assert judge_version(text).status is status


@pytest.mark.parametrize(
    ("aof", "write", "status"),
    [("1", "ok", Status.PASSED), ("0", "ok", Status.FAILED), ("1", "err", Status.FAILED)],
)
def test_redis_must_keep_what_it_is_given(aof, write, status):
    information = f"# Server\r\nredis_version:7.0.15\r\naof_enabled:{aof}\r\naof_last_write_status:{write}\r\n"
    assert judge_persistence(information).status is status


@pytest.mark.box
@pytest.mark.parametrize(("box_is_running", "status"), [(True, Status.PASSED), (False, Status.FAILED)])
def test_a_redis_that_runs_belongs_to_the_box_or_fails(tmp_path, box_is_running, status):
    (tmp_path / "run").mkdir()
    with running_redis(tmp_path / "run"):
        check = check_redis(DataDirectory(root=tmp_path), box_is_running=box_is_running)
    assert check.status is status
