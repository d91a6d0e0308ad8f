"""One screen of how an installed box is, as data and as lines."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from appliance.care import unit_states
from appliance.care.unit_states import UnitState
from appliance.errors import ApplianceError
from appliance.installing import settings, units
from appliance.installing.places import CURRENT, DATA, SETTINGS, TLS
from appliance.keeping import under_way
from appliance.tls.directory import TlsDirectory
from appliance.tls.status import status as tls_status

GIB: Final = 2**30
MIB: Final = 2**20
NOT_KNOWN: Final = "-"


@dataclass(frozen=True, kw_only=True, slots=True)
class BoxStatus:
    """How the box is. `certificate_days` is None where no certificate can be read."""

    release: str
    url: str
    units: tuple[UnitState, ...]
    running_since: datetime | None
    certificate_days: int | None
    disk_free_bytes: int
    disk_total_bytes: int

    @property
    def down(self) -> tuple[UnitState, ...]:
        """The units that do not do what they are for."""
        return tuple(unit for unit in self.units if not unit.is_active)

    @property
    def is_well(self) -> bool:
        """Whether everything runs, by a certificate that holds."""
        return not self.down and self.certificate_days is not None and self.certificate_days >= 0

    def to_json(self) -> dict[str, Any]:
        """Return the status as programs read it."""
        return {
            "well": self.is_well,
            "release": self.release,
            "url": self.url,
            "running_since": self.running_since.isoformat(timespec="seconds") if self.running_since else None,
            "units": [unit.to_json() for unit in self.units],
            "certificate_days": self.certificate_days,
            "disk_free_bytes": self.disk_free_bytes,
            "disk_total_bytes": self.disk_total_bytes,
        }


def require_installed() -> None:
    """Raise unless there is an installed box on this machine."""
    if not SETTINGS.exists() and not under_way.is_any():
        message = "No box is installed on this machine."
        raise ApplianceError(message, "sudo ./bastide install makes this machine the box")


def status(now: datetime) -> BoxStatus:
    """Return how the box is now."""
    found = unit_states.shown(unit_states.wanted())
    target = next((unit for unit in found if unit.name == units.TARGET), None)
    uptime_s = target.uptime_s if target else None
    disk = shutil.disk_usage(DATA.root)
    return BoxStatus(
        release=CURRENT.readlink().name if CURRENT.is_symlink() else "none",
        url=settings.read().get("BASTIDE_PUBLIC_URL", ""),
        units=found,
        running_since=None if uptime_s is None else now - timedelta(seconds=uptime_s),
        certificate_days=_certificate_days(now),
        disk_free_bytes=disk.free,
        disk_total_bytes=disk.total,
    )


def _certificate_days(now: datetime) -> int | None:
    try:
        return tls_status(TlsDirectory(root=TLS), now).days_left
    except ApplianceError:
        return None


def lines(box: BoxStatus) -> Iterator[str]:
    """Yield the status as people read it; what is down is said last, with what to type."""
    since = f"{box.running_since.astimezone():%Y-%m-%d %H:%M}" if box.running_since else "does not run"
    yield f"release       {box.release}"
    yield f"address       {box.url}"
    yield f"runs since    {since}"
    yield f"certificate   {_certificate_words(box.certificate_days)}"
    yield f"disk          {box.disk_free_bytes / GIB:.1f} of {box.disk_total_bytes / GIB:.1f} GiB free"
    yield ""
    width = max(len("unit"), *(len(unit.short_name) for unit in box.units))
    yield f"  {'unit':<{width}}  {'state':<22}  {'restarts':>8}  {'memory':>9}  {'runs for':>9}"
    for unit in box.units:
        yield f"{'✓' if unit.is_active else '✗'} {unit.short_name:<{width}}  {_unit_words(unit)}".rstrip()
    yield ""
    yield verdict(box)


def verdict(box: BoxStatus) -> str:
    """Return in a sentence how the box is, and what to type where it is not well."""
    if box.down:
        names = ", ".join(unit.short_name for unit in box.down)
        return f"Not everything runs: {names}. Type: sudo bastide doctor"
    if not box.is_well:
        return "Everything runs, but browsers refuse the certificate. Type: sudo bastide tls status"
    return "Everything runs."


def _unit_words(unit: UnitState) -> str:
    restarts = NOT_KNOWN if unit.restarts is None else str(unit.restarts)
    memory = NOT_KNOWN if unit.memory_bytes is None else f"{unit.memory_bytes / MIB:,.0f} MiB"
    uptime = NOT_KNOWN if unit.uptime_s is None else lasting(unit.uptime_s)
    return f"{f'{unit.active_state} ({unit.sub_state})':<22}  {restarts:>8}  {memory:>9}  {uptime:>9}"


def _certificate_words(days: int | None) -> str:
    if days is None:
        return "none that can be read"
    return "ended" if days < 0 else f"{days} day{'' if days == 1 else 's'} left"


def lasting(seconds: float) -> str:
    """Return a time as people say it, in its two largest units."""
    minutes, _ = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours} h"
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min" if minutes else f"{int(seconds)} s"
