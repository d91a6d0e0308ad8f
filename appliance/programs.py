"""The programs of a box as data, and the configuration files of supervisord and Redis that are made of them."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from appliance import environment
from appliance.command import tied
from appliance.environment import Address
from appliance.paths import PYTHON, ROOT, DataDirectory

LOG_SIZE_BYTES_MAX: Final = 10 * 2**20
LOG_BACKUPS: Final = 3
STOP_TIMEOUT_S: Final = 20
CELERY_OPTIONS: Final = ("--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "WARNING")

LEFTOVERS: Final = ("chrt", "--idle", "0")
"""Online requests come first: a batch job has what they leave. Niceness would not do: nice programs keep a processor
for milliseconds when another wants it."""

CONTROL_NICENESS: Final = 5
"""What it records of each chunk takes as long as some requests, which need not wait for it."""

REDIS: Final = "redis"
WEB: Final = "web"


@dataclass(frozen=True, kw_only=True, slots=True)
class Program:
    """One supervised process. When an essential one ends, the box ends; others are started again."""

    name: str
    argv: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    is_essential: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Sizes:
    """How many processes serve the pages and the models, and work at batch jobs."""

    web: int
    inference: int
    batch: int


def programs(data: DataDirectory, address: Address, sizes: Sizes) -> tuple[Program, ...]:
    """Return the programs in the order in which they start."""
    sized = {"BASTIDE_INFERENCE_PROCESSES": str(sizes.inference), "BASTIDE_BATCH_PROCESSES": str(sizes.batch)}
    worker = environment.worker(data) | sized
    control = environment.recorder(data, address.url) | sized
    web = environment.web(data, address, sizes.web) | sized
    gunicorn = (str(PYTHON), "-m", "gunicorn", "-c", "webapp/gunicorn_conf.py", "webapp.asgi:application")
    inference = tuple(
        Program(name=name, argv=celery("worker.app", "worker.inference", name), environment=worker)
        for name in (f"inference-{number}" for number in range(1, sizes.inference + 1))
    )
    batch = tuple(
        Program(
            name=name,
            argv=(*LEFTOVERS, *celery("worker.app", "worker.batch", name)),
            environment=worker | environment.whole_chunks(),
        )
        for name in (f"batch-{number}" for number in range(1, sizes.batch + 1))
    )
    return (
        Program(name=REDIS, argv=("redis-server", str(data.redis_configuration))),
        Program(name=WEB, argv=gunicorn, environment=web, is_essential=True),
        *inference,
        Program(name="jobs", argv=celery("worker.app", "worker.jobs", "jobs"), environment=worker),
        *batch,
        Program(
            name="control",
            argv=("nice", "-n", str(CONTROL_NICENESS), *celery("webapp.celery", "control", "control")),
            environment=control,
        ),
    )


def celery(app: str, queue: str, name: str) -> tuple[str, ...]:
    """Return the command of a Celery worker of one process."""
    return (
        str(PYTHON),
        "-m",
        "celery",
        "-q",  # without its banner, a page of the log at each start
        "-A",
        app,
        "worker",
        "-P",
        "solo",
        "-Q",
        queue,
        "-n",
        f"{name}@box",
        *CELERY_OPTIONS,
    )


def supervisor_configuration(data: DataDirectory, box: Sequence[Program]) -> str:
    """Return supervisord's configuration. Nothing starts by itself: `up` starts the programs in their order."""
    return "\n".join([_supervisor_sections(data), *(_program_section(data, program) for program in box)])


def _supervisor_sections(data: DataDirectory) -> str:
    return f"""\
[unix_http_server]
file={data.supervisor_socket}
chmod=0700

[supervisord]
logfile={data.logs / "supervisord.log"}
logfile_maxbytes={LOG_SIZE_BYTES_MAX}
logfile_backups={LOG_BACKUPS}
pidfile={data.supervisor_pid}
childlogdir={data.logs}
nodaemon=true
silent=true
directory={ROOT}
umask=077

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
"""


def _program_section(data: DataDirectory, program: Program) -> str:
    # supervisord would take a percent sign, as in a password, for the beginning of a variable of its own.
    variables = ",".join(f'{name}="{value.replace("%", "%%")}"' for name, value in program.environment.items())
    return f"""\
[program:{program.name}]
command={shlex.join(tied(program.argv))}
environment={variables}
autostart=false
autorestart={"false" if program.is_essential else "true"}
startretries={0 if program.is_essential else 3}
startsecs=1
stopsignal=TERM
stopasgroup=true
killasgroup=true
stopwaitsecs={STOP_TIMEOUT_S}
redirect_stderr=true
stdout_logfile={data.logs / f"{program.name}.log"}
stdout_logfile_maxbytes={LOG_SIZE_BYTES_MAX}
stdout_logfile_backups={LOG_BACKUPS}
"""


def redis_configuration(data: DataDirectory, memory_bytes_max: int) -> str:
    """Return Redis's configuration: a socket and no port, every write kept, nothing thrown away when memory is short.

    Answers are published, and a gateway that is slow to read many of them must not be cut off for it.
    `everysec` loses nothing when a process dies, and a second at most when the power fails; the lane cannot wait for a
    disk at every request.
    """
    return f"""\
port 0
unixsocket "{data.redis_socket}"
unixsocketperm 700
dir "{data.redis}"
pidfile "{data.run / "redis.pid"}"
daemonize no
appendonly yes
appendfsync everysec
save ""
maxmemory {memory_bytes_max}
maxmemory-policy noeviction
client-output-buffer-limit pubsub 256mb 64mb 60
always-show-logo no
"""
