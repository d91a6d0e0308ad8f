"""How systemd says that the box's units are."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, Self

from appliance.installing import units

PROPERTIES: Final = (
    *("Id", "LoadState", "ActiveState", "SubState", "Result", "NRestarts", "MemoryCurrent", "MainPID"),
    *("ActiveEnterTimestampMonotonic", "DropInPaths"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitState:
    """One unit at a moment. None is what systemd does not say of this kind of unit, or of one that does not run."""

    name: str
    load_state: str
    active_state: str
    sub_state: str
    result: str = ""
    restarts: int | None = None
    memory_bytes: int | None = None
    pid: int | None = None
    uptime_s: float | None = None
    drop_ins: tuple[str, ...] = ()

    @property
    def is_active(self) -> bool:
        """Whether it does what it is for."""
        return self.active_state == "active"

    @property
    def short_name(self) -> str:
        """What people type for it: `web`, `inference@1`, `nginx.socket`."""
        return self.name.removeprefix("bastide-").removesuffix(".service")

    @classmethod
    def of(cls, facts: dict[str, str], now_s: float) -> Self:
        """Return what the properties of one unit say; `now_s` is the clock that began with the machine."""
        entered_us = _number(facts.get("ActiveEnterTimestampMonotonic"))
        is_active = facts.get("ActiveState") == "active"
        return cls(
            name=facts["Id"],
            load_state=facts.get("LoadState", ""),
            active_state=facts.get("ActiveState", ""),
            sub_state=facts.get("SubState", ""),
            result=facts.get("Result", ""),
            restarts=_number(facts.get("NRestarts")),
            memory_bytes=_number(facts.get("MemoryCurrent")) if is_active else None,
            pid=_number(facts.get("MainPID")) or None,
            uptime_s=now_s - entered_us / 1e6 if is_active and entered_us else None,
            drop_ins=tuple(facts.get("DropInPaths", "").split()),
        )

    def to_json(self) -> dict[str, Any]:
        """Return the unit as programs read it."""
        return {
            "name": self.name,
            "state": self.active_state,
            "substate": self.sub_state,
            "result": self.result,
            "restarts": self.restarts,
            "memory_bytes": self.memory_bytes,
            "pid": self.pid,
            "uptime_s": None if self.uptime_s is None else round(self.uptime_s, 1),
        }


def parsed(text: str, now_s: float) -> tuple[UnitState, ...]:
    """Return the units of what `systemctl show` printed."""
    blocks = (block.splitlines() for block in text.strip().split("\n\n"))
    found = ({name: value for name, _, value in (line.partition("=") for line in lines)} for lines in blocks)
    return tuple(UnitState.of(facts, now_s) for facts in found if facts.get("Id"))


def shown(names: Iterable[str]) -> tuple[UnitState, ...]:
    """Return how these units are, by one question to systemd."""
    text = units.systemctl("show", f"--property={','.join(PROPERTIES)}", "--", *names)
    return parsed(text, time.clock_gettime(time.CLOCK_MONOTONIC))


def wanted() -> tuple[str, ...]:
    """Return the units that an installed box consists of, its target first."""
    return (units.TARGET, *sorted(units.enabled()))


def _number(text: str | None) -> int | None:
    """Return a number of systemd's; none for `[not set]` and for the largest one, which means the same."""
    return int(text) if text and text.isdecimal() and int(text) < 2**64 - 1 else None
