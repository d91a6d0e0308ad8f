"""How the box is: its services, its resources, and the checks that the host plane left in the data directory."""

import os
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import msgspec
import psutil
from django.conf import settings
from django.db import DatabaseError, connection
from redis.exceptions import RedisError

from webapp import redis_client
from worker.contract import names

CPU_SAMPLE_S = 0.1


class ServiceName(StrEnum):
    """What the box is made of."""

    WEB = "web"
    DATABASE = "database"
    REDIS = "redis"
    INFERENCE = "inference"


@dataclass(frozen=True, kw_only=True, slots=True)
class Service:
    """Whether a part of the box answers. `count` is how many of its processes do, where that is known."""

    name: ServiceName
    answers: bool
    count: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Resources:
    """What the machine has and what of it is in use."""

    cpu_count: int
    cpu_percent: float
    load_1min: float
    memory_total_bytes: int
    memory_used_bytes: int
    disk_total_bytes: int
    disk_used_bytes: int
    started_at: datetime


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One check as the host plane wrote it."""

    id: str
    title: str = ""
    measured: str = ""
    needed: str = ""
    status: str = "skipped"
    hint: str = ""


class CheckReport(msgspec.Struct, frozen=True, kw_only=True):
    """Every check of a start. `forced` says that an admin started the box although one failed."""

    checked_at: datetime | None = None
    forced: bool = False
    results: tuple[Check, ...] = ()


def services() -> tuple[Service, ...]:
    """Ask every part of the box whether it answers. That this runs at all is the answer of the web process."""
    workers = _inference_workers()
    return (
        Service(name=ServiceName.WEB, answers=True),
        Service(name=ServiceName.DATABASE, answers=_database_answers()),
        Service(name=ServiceName.REDIS, answers=workers is not None),
        Service(name=ServiceName.INFERENCE, answers=bool(workers), count=workers or 0),
    )


def resources() -> Resources:
    """Measure the machine; takes a tenth of a second."""
    memory = psutil.virtual_memory()
    disk = psutil.disk_usage(str(settings.DATA_DIR))
    return Resources(
        cpu_count=psutil.cpu_count() or 1,
        cpu_percent=psutil.cpu_percent(interval=CPU_SAMPLE_S),
        load_1min=os.getloadavg()[0],
        memory_total_bytes=memory.total,
        memory_used_bytes=memory.total - memory.available,
        disk_total_bytes=disk.total,
        disk_used_bytes=disk.used,
        started_at=datetime.fromtimestamp(psutil.boot_time()).astimezone(),
    )


def checks() -> CheckReport:
    """Return the checks of the last start; an empty report when nobody ran them or their file cannot be read."""
    try:
        return msgspec.json.decode(Path(settings.CHECKS_FILE).read_bytes(), type=CheckReport)
    except (OSError, msgspec.MsgspecError):
        return CheckReport()


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return cursor.fetchone() is not None
    except DatabaseError:
        return False


def _inference_workers() -> int | None:
    try:
        return sum(1 for _key in redis_client.client().scan_iter(match=f"{names.ALIVE_PREFIX}*", count=100))
    except RedisError:
        return None
