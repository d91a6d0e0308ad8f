"""What is under way with the box, written before it begins: whoever comes after a death knows what is half done."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from appliance.environment import handed_over
from appliance.errors import ApplianceError
from appliance.installing.places import KEPT
from appliance.installing.placing import place
from appliance.keeping.former import Former
from appliance.keeping.placed import PRIVATE, Record

MARK: Final = KEPT / "under-way.json"
MOVE: Final = "move"
RESTORATION: Final = "restoration"


def begin(what: Record | Former) -> None:
    """Tell what is begun now. It holds until `end`, through deaths and power cuts."""
    KEPT.mkdir(mode=0o700, exist_ok=True)
    told = {MOVE: what.to_json()} if isinstance(what, Record) else {RESTORATION: what.to_json()}
    place(MARK, json.dumps(told, indent=1) + "\n", mode=PRIVATE)


def end() -> None:
    """Tell that nothing is half done any more."""
    MARK.unlink(missing_ok=True)


def is_any() -> bool:
    """Return whether something was begun and has not ended, as far as whoever asks may know."""
    try:
        return MARK.exists()
    except PermissionError:
        return False


def found() -> Record | Former | None:
    """Return what was begun and has not ended, or None."""
    mark = handed_over(MARK)
    try:
        if not (text := mark.read_text().strip()) or _has_changed_since(mark):
            return None
        told: Mapping[str, Any] = json.loads(text)
    except FileNotFoundError:
        return None
    except ValueError as error:
        message = f"{MARK} cannot be read: {error}."
        raise ApplianceError(message, "sudo bastide restore the newest backup, after moving that file away") from error
    return Record.from_json(told[MOVE]) if MOVE in told else Former.from_json(told[RESTORATION])


def _has_changed_since(mark: Path) -> bool:
    """Return whether what systemd handed over may be over: a mark that ends changes the directory in which it was."""
    return mark != MARK and KEPT.stat().st_mtime_ns > mark.stat().st_mtime_ns


def sentence(what: Record | Former) -> str:
    """Return what was begun, as the beginning of a sentence."""
    if isinstance(what, Record):
        return f"The move from release {what.former} to {what.release}"
    return f"The restoration of {what.stamp}"
