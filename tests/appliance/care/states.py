"""Units as systemd may tell of them."""

from dataclasses import replace
from typing import Any

from appliance.care.unit_states import UnitState

WELL = UnitState(
    name="bastide-web.service",
    load_state="loaded",
    active_state="active",
    sub_state="running",
    result="success",
    restarts=0,
    memory_bytes=50 << 20,
    pid=117,
    uptime_s=7260.0,
)


def unit(name: str = "bastide-web.service", **facts: Any) -> UnitState:
    """Return a unit that is well but for these facts."""
    return replace(WELL, name=name, **facts)
