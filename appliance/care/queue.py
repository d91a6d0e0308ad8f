"""What is wrong with the box's Redis, by what it says of itself."""

from collections.abc import Iterator
from typing import Final

from appliance.checks.check import Check, Status
from appliance.checks.words import NOTHING, Words
from appliance.errors import CommandFailed
from appliance.installing.queue import SOCKET, ask

MEMORY_SHARE_MAX: Final = 0.8
MIB: Final = 2**20


def ask_redis() -> str | None:
    """Return what Redis says of itself; None when it says nothing."""
    try:
        return ask("INFO")
    except CommandFailed:
        return None


def judge_redis(information: str | None) -> Iterator[Check]:
    """Yield the checks for what Redis says of itself."""
    facts = dict(line.strip().split(":", 1) for line in (information or "").splitlines() if ":" in line)
    if "redis_version" not in facts:
        hint = Words("sudo systemctl restart bastide-redis; if it stays away, see why: sudo bastide logs redis")
        yield _queue(Words("Redis does not answer at {socket}", socket=str(SOCKET)), Status.FAILED, hint)
        return
    yield _keeping(facts)
    yield _memory(int(facts.get("used_memory", 0)), int(facts.get("maxmemory", 0)))


def _keeping(facts: dict[str, str]) -> Check:
    version = facts["redis_version"]
    if facts.get("loading") == "1":
        measured = Words("Redis {version} reads what it had kept", version=version)
        return _queue(measured, Status.WARNING, Words("wait a minute, then: sudo bastide doctor"))
    if facts.get("aof_enabled") != "1":
        hint = Words("see that /etc/bastide/redis.conf says appendonly yes, then: sudo systemctl restart bastide-redis")
        return _queue(Words("Redis {version} does not keep what it is given", version=version), Status.FAILED, hint)
    if facts.get("aof_last_write_status") != "ok":
        hint = Words("free some space where the disk is full (df -h), then: sudo systemctl restart bastide-redis")
        return _queue(Words("the last write of Redis {version} failed", version=version), Status.FAILED, hint)
    if facts.get("aof_last_bgrewrite_status", "ok") != "ok":
        hint = Words("see whether disk or memory are full (df -h, free -h), then why: sudo bastide logs redis")
        return _queue(Words("Redis {version} could not shorten its file", version=version), Status.WARNING, hint)
    return _queue(Words("Redis {version} keeps every write", version=version), Status.PASSED)


def _queue(measured: Words, status: Status, hint: Words = NOTHING) -> Check:
    return Check(
        id="queue",
        title=Words("Queue"),
        measured=measured,
        needed=Words("Redis answers and keeps every write"),
        status=status,
        hint=hint,
    )


def _memory(used: int, most: int) -> Check:
    is_near = most > 0 and used > most * MEMORY_SHARE_MAX
    measured = Words("{used:,.0f} of {most:,.0f} MiB", used=used / MIB, most=most / MIB)
    return Check(
        id="queue_memory",
        title=Words("Memory of the queue"),
        measured=measured if most else Words("{used:,.0f} MiB, without a bound", used=used / MIB),
        needed=Words("under {share:.0%} of what it may take", share=MEMORY_SHARE_MAX),
        status=Status.WARNING if is_near else Status.PASSED,
        hint=Words(
            "see whether jobs get on: sudo bastide status, then sudo bastide logs inference jobs batch; a full queue "
            "refuses requests"
        )
        if is_near
        else NOTHING,
    )
