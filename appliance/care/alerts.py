"""Whether what the site wants to tell people of their models arrives: it keeps the count in the data directory."""

import json
from pathlib import Path
from typing import Final

from appliance.checks.check import Check, Status
from appliance.checks.words import NOTHING, Words

NAME: Final = "alerts.json"
BYTES_MAX: Final = 10_000
TEXT_MAX: Final = 200


def check_alerts(data_dir: Path) -> Check:
    """Return the check for the digests of the last days. A file that cannot be read counts as one that is not there."""
    try:
        with (data_dir / NAME).open("rb") as file:
            state = json.loads(file.read(BYTES_MAX))
        undelivered, endpoint, problem = int(state["undelivered"]), str(state["endpoint"]), str(state["problem"])
    except (OSError, ValueError, KeyError, TypeError):
        return _check(Words("none yet"), Status.PASSED)
    if not undelivered:
        return _check(Words("each arrived, or there was none"), Status.PASSED)
    facts = {"endpoint": endpoint[:TEXT_MAX], "problem": " ".join(problem.split())[:TEXT_MAX]}
    measured = Words("{count} did not arrive, the last one of {endpoint}: {problem}", count=undelivered, **facts)
    hint = Words(
        "see the page Alerts; BASTIDE_SMTP_URL and BASTIDE_WEBHOOK_HOSTS say where to: sudo bastide config show"
    )
    return _check(measured, Status.WARNING, hint)


def _check(measured: Words, status: Status, hint: Words = NOTHING) -> Check:
    return Check(
        id="alerts",
        title=Words("Digests of alerts"),
        measured=measured,
        needed=Words("each of the last seven days arrived"),
        status=status,
        hint=hint,
    )
