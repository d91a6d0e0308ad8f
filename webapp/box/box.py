"""How the box is: its services, its resources, and the checks that the host plane left in the data directory."""

import os
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

import msgspec
import psutil
from django.conf import settings
from django.db import DatabaseError, connection
from redis.exceptions import RedisError

from webapp import redis_client
from worker.contract import names
from worker.contract.words import Words

CPU_SAMPLE_S = 0.1
SCAN_COUNT = 1000
"""How many keys Redis looks at before it answers; a box has some dozens."""


class ServiceName(StrEnum):
    """What the box is made of."""

    WEB = "web"
    DATABASE = "database"
    REDIS = "redis"
    INFERENCE = "inference"
    JOBS = "jobs"
    CONTROL = "control"


SIGNS_OF_LIFE: Final = {
    ServiceName.INFERENCE: names.ALIVE_PREFIX,
    ServiceName.JOBS: f"{names.LIFE_PREFIX}{names.QUEUE_JOBS}:",
    ServiceName.CONTROL: f"{names.LIFE_PREFIX}{names.QUEUE_CONTROL}:",
}
"""How the keys begin that the workers of each kind keep fresh."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Service:
    """Whether a part of the box answers, None where that cannot be known; `count` is how many of its processes do."""

    name: ServiceName
    answers: bool | None
    count: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Resources:
    """What the machine has and what of it is in use. What the file system keeps for root is neither used nor free."""

    cpu_count: int
    cpu_percent: float
    load_1min: float
    memory_total_bytes: int
    memory_used_bytes: int
    disk_total_bytes: int
    disk_free_bytes: int
    disk_used_bytes: int
    started_at: datetime


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One check as the host plane wrote it; `words` has its texts by name as they can be said otherwise."""

    id: str
    title: str = ""
    measured: str = ""
    needed: str = ""
    status: str = "skipped"
    hint: str = ""
    words: dict[str, Words] = {}


class CheckReport(msgspec.Struct, frozen=True, kw_only=True):
    """Every check of a start, or of a later look. `forced`: an admin started although one failed, and why.

    `by`: the account of the machine that installed the box; "" for one in a terminal.
    """

    checked_at: datetime | None = None
    forced: bool = False
    reason: str = ""
    by: str = ""
    results: tuple[Check, ...] = ()


def services() -> tuple[Service, ...]:
    """Ask every part of the box whether it answers. That this runs at all is the answer of the web process."""
    living = _living_workers()
    return (
        Service(name=ServiceName.WEB, answers=True),
        Service(name=ServiceName.DATABASE, answers=_database_answers()),
        Service(name=ServiceName.REDIS, answers=living is not None),
        *(_workers(name, living) for name in SIGNS_OF_LIFE),
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
        disk_free_bytes=disk.free,
        disk_used_bytes=disk.used,
        started_at=datetime.fromtimestamp(psutil.boot_time()).astimezone(),
    )


def checks() -> CheckReport:
    """Return the checks of the last start; an empty report when nobody ran them or their file cannot be read."""
    return _report(Path(settings.CHECKS_FILE))


def findings() -> CheckReport:
    """Return what `bastide doctor` found last; an empty report where nobody looks, as in a box in a terminal."""
    return _report(Path(settings.FINDINGS_FILE))


def _report(file: Path) -> CheckReport:
    try:
        return msgspec.json.decode(file.read_bytes(), type=CheckReport)
    except (OSError, msgspec.MsgspecError):
        return CheckReport()


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return cursor.fetchone() is not None
    except DatabaseError:
        return False


def _workers(name: ServiceName, living: dict[ServiceName, int] | None) -> Service:
    if living is None:
        return Service(name=name, answers=None)
    return Service(name=name, answers=living[name] > 0, count=living[name])


def _living_workers() -> dict[ServiceName, int] | None:
    """Return how many workers of each kind live; None when Redis does not say."""
    try:
        return {name: _count_keys(prefix) for name, prefix in SIGNS_OF_LIFE.items()}
    except RedisError:
        return None


def _count_keys(prefix: str) -> int:
    return sum(1 for _key in redis_client.client().scan_iter(match=f"{prefix}*", count=SCAN_COUNT))
