"""Each plane comes into the box's Redis as its own ACL user, and no further than it needs."""

import asyncio
import hashlib
import subprocess
import time
from contextlib import closing
from pathlib import Path

import hiredis
import pytest
import redis
from kombu.connection import Connection

from appliance.paths import ROOT
from webapp.gateway.link import RedisLink, RedisRefusal
from worker.contract import names, queue_login
from worker.lane.link import Link, LinkLost

USERS = ("control", "data", "care")


@pytest.fixture(scope="module")
def socket(tmp_path_factory):
    """A Redis with the configuration of an installed box, but for the place of its files."""
    directory = tmp_path_factory.mktemp("queue")
    text = (ROOT / "systemd" / "redis.conf").read_text()
    values = {"memory_bytes": str(64 << 20), "socket_directory": str(directory)}
    values |= {f"{user}_sha256": hashlib.sha256(f"word of {user}".encode()).hexdigest() for user in USERS}
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    (directory / "redis.conf").write_text(text.replace("/var/lib/bastide/redis", str(directory)))
    process = subprocess.Popen(["redis-server", str(directory / "redis.conf")])
    path = directory / "redis.sock"
    for _ in range(200):
        if path.exists():
            break
        time.sleep(0.02)
    yield path
    process.terminate()
    process.wait(timeout=10)


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


def test_without_a_login_one_may_ask_whether_it_lives_and_nothing_else(socket):
    with redis.Redis(unix_socket_path=str(socket)) as nobody:
        assert nobody.execute_command("PING")
        for command in (("GET", names.WARM), ("INFO",), ("LPUSH", names.LANE, "x"), ("PUBLISH", "x", "y")):
            with pytest.raises(redis.exceptions.NoPermissionError):
                nobody.execute_command(*command)


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
