"""Each plane comes into the box's Redis as its own ACL user, and no further than it needs."""

import asyncio
import hashlib
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import hiredis
import pytest
import redis
from kombu.connection import Connection

from appliance.paths import ROOT
from tests.running_box import eventually
from webapp.gateway.link import RedisLink, RedisRefusal
from worker.contract import names, queue_login
from worker.lane.link import Link, LinkLost

USERS = ("control", "data", "care")


def configured(directory: Path) -> Path:
    """Write the configuration of an installed box, but for the place of its files."""
    text = (ROOT / "systemd" / "redis.conf").read_text()
    values = {"memory_bytes": str(64 << 20), "socket_directory": str(directory)}
    values |= {f"{user}_sha256": hashlib.sha256(f"word of {user}".encode()).hexdigest() for user in USERS}
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    path = directory / "redis.conf"
    path.write_text(text.replace("/var/lib/bastide/redis", str(directory)))
    return path


@contextmanager
def running(configuration: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a Redis, which has its socket beside its configuration."""
    process = subprocess.Popen(["redis-server", str(configuration)])
    assert eventually((configuration.parent / "redis.sock").exists)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=10)


@pytest.fixture(scope="module")
def socket(tmp_path_factory):
    configuration = configured(tmp_path_factory.mktemp("queue"))
    with running(configuration):
        yield configuration.parent / "redis.sock"


def client(socket: Path, user: str) -> "redis.Redis":
    return redis.Redis(unix_socket_path=str(socket), username=user, password=f"word of {user}")


@pytest.fixture
def log_in_as(tmp_path, monkeypatch):
    """Let this process be a service to which systemd gave this login."""

    def log_in(content: str) -> None:
        (tmp_path / queue_login.CREDENTIAL).write_text(content)
        monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
        queue_login.queue_login.cache_clear()

    yield log_in
    queue_login.queue_login.cache_clear()


def test_what_was_written_in_a_transaction_outlives_redis(tmp_path):
    configuration, path = configured(tmp_path), tmp_path / "redis.sock"
    with running(configuration), client(path, "data") as redis_of_data:
        with redis_of_data.pipeline(transaction=True) as both:
            both.hset("bastide:worker:unacked", "one", "taken").zadd(
                "bastide:worker:unacked_index", {"one": 1}
            ).execute()
        redis_of_data.set("worker.after", 1)
    path.unlink(missing_ok=True)
    with running(configuration), client(path, "data") as redis_of_data:
        assert eventually(lambda: redis_of_data.get("worker.after") == b"1")
        assert redis_of_data.hget("bastide:worker:unacked", "one") == b"taken"
        assert redis_of_data.zrange("bastide:worker:unacked_index", 0, -1) == [b"one"]


def test_nobody_comes_in_without_a_login(socket):
    with redis.Redis(unix_socket_path=str(socket)) as nobody, pytest.raises(redis.AuthenticationError):
        nobody.get("worker.after")
    with redis.Redis(unix_socket_path=str(socket), username="alive", password="-") as asking:
        assert asking.ping()
        with pytest.raises(redis.exceptions.NoPermissionError):
            asking.get("worker.after")


def test_without_a_credential_the_socket_is_enough(monkeypatch):
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    queue_login.queue_login.cache_clear()
    assert queue_login.queue_login() is None
    assert queue_login.broker_url(Path("/run/redis.sock")) == "redis+socket:///run/redis.sock"


def test_a_broken_credential_is_named(log_in_as):
    log_in_as("data")
    with pytest.raises(ValueError, match="'queue'"):
        queue_login.queue_login()


def test_celery_comes_in_by_its_address(socket, log_in_as):

    log_in_as("control word of control")
    with Connection(queue_login.broker_url(socket)) as connection:
        queue = connection.SimpleQueue("worker.jobs")
        queue.put({"digest": "x"})
        assert queue.get(timeout=5).payload == {"digest": "x"}


@pytest.mark.parametrize(
    "command",
    [
        ("BRPOP", names.QUEUE_CONTROL, 1),
        ("LRANGE", names.QUEUE_CONTROL, 0, -1),
        ("HGETALL", "unacked"),
        ("SUBSCRIBE", names.REPLY_PREFIX.replace("reply", "else")),
        ("SUBSCRIBE", f"{names.REPLY_PREFIX}gateway"),
        ("PSUBSCRIBE", f"{names.REPLY_PREFIX}*"),
        ("SSUBSCRIBE", f"{names.REPLY_PREFIX}gateway"),
        ("PUBSUB", "CHANNELS"),
        ("CLIENT", "TRACKING", "ON", "BCAST"),
        ("INCR", names.ROUTING_STAMP),
        ("SET", names.DEPLOYED, "[]"),
        ("PUBLISH", "/0.control.pidbox", "shutdown"),
        ("FLUSHALL",),
        ("CONFIG", "GET", "*"),
        ("ACL", "LIST"),
        ("KEYS", "*"),
        ("SHUTDOWN",),
        ("CLIENT", "KILL", "TYPE", "normal"),
        ("MONITOR",),
    ],
    ids=lambda command: command[0],
)
def test_a_worker_may_not(socket, command):
    with client(socket, "data") as data, pytest.raises(redis.exceptions.NoPermissionError):
        data.execute_command(*command)


def test_a_worker_hands_its_findings_to_the_control_plane(socket, log_in_as):
    log_in_as("data word of data")
    with closing(Link(socket)) as link:
        link.call("LPUSH", names.QUEUE_CONTROL, b"found")
    with client(socket, "control") as control:
        assert control.brpop(names.QUEUE_CONTROL, timeout=1)[1] == b"found"


def test_root_looks_and_changes_nothing(socket):
    with client(socket, "care") as care:
        assert care.info()["aof_enabled"] == 1
        with pytest.raises(redis.exceptions.NoPermissionError):
            care.set(f"{names.ALIVE_PREFIX}x", 1)


def test_a_wrong_password_is_an_error_that_says_so(socket, log_in_as):
    log_in_as("data not-the-word")
    with closing(Link(socket)) as link, pytest.raises(LinkLost, match="does not let this process in"):
        link.call("PING")

    async def come_in() -> None:
        await RedisLink.connect(socket, on_push=lambda _: None, on_lost=lambda: None)

    with pytest.raises(RedisRefusal, match="WRONGPASS"):
        asyncio.run(come_in())


def test_a_refusal_of_one_command_leaves_the_connection(socket, log_in_as):
    log_in_as("data word of data")
    with closing(Link(socket)) as link:
        with pytest.raises(hiredis.ReplyError, match="NOPERM"):
            link.call("FLUSHALL")
        assert link.call("PING") == b"PONG"
