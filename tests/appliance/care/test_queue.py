"""What is wrong with Redis, from what it says of itself."""

import pytest

from appliance.care.queue import judge_redis
from appliance.checks.check import Status

GOOD = {
    "redis_version": "7.0.15",
    "loading": "0",
    "aof_enabled": "1",
    "aof_last_write_status": "ok",
    "aof_last_bgrewrite_status": "ok",
    "used_memory": str(2 << 20),
    "maxmemory": str(256 << 20),
}


def checks(**facts):
    return list(judge_redis("# Server\r\n" + "".join(f"{name}:{value}\r\n" for name, value in (GOOD | facts).items())))


def test_a_redis_that_keeps_everything_passes():
    assert [check.status for check in checks()] == [Status.PASSED, Status.PASSED]


@pytest.mark.parametrize("information", [None, "", "NOAUTH\n"])
def test_a_silent_redis_is_told_with_what_to_type(information):
    (check,) = judge_redis(information)
    assert check.status is Status.FAILED
    assert check.hint.startswith("sudo systemctl restart bastide-redis")


@pytest.mark.parametrize(
    ("facts", "status", "words"),
    [
        ({"loading": "1"}, Status.WARNING, "reads what it had kept"),
        ({"aof_enabled": "0"}, Status.FAILED, "does not keep"),
        ({"aof_last_write_status": "err"}, Status.FAILED, "last write"),
        ({"aof_last_bgrewrite_status": "err"}, Status.WARNING, "could not shorten"),
    ],
    ids=str,
)
def test_whatever_keeps_redis_from_keeping_is_told(facts, status, words):
    check = checks(**facts)[0]
    assert check.status is status
    assert words in check.measured
    assert check.hint


def test_a_full_queue_deserves_a_look():
    assert checks(used_memory=str(250 << 20))[1].status is Status.WARNING


def test_a_queue_without_a_bound_is_not_full():
    assert checks(maxmemory="0")[1].status is Status.PASSED
