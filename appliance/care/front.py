"""What stands before the box: whether nginx would start again, and what the kernel does against floods."""

import re
from typing import Final

from appliance.checks.check import Check, Status
from appliance.checks.words import NOTHING, Words
from appliance.environment import CONNECTIONS_MAX
from appliance.errors import ApplianceError
from appliance.installing import firewall, front_trial, settings, units
from appliance.installing.front import CONFIGURATION
from appliance.tls.names import Names, names_of

SERVER_NAME: Final = re.compile(r"^\s*server_name (.*);$", re.MULTILINE)
ANY_OTHER: Final = "_"
"""What answers 421 is called so."""

WRITTEN_ANEW: Final = Words("sudo bastide install writes {file} anew", file=str(CONFIGURATION))


def check_configuration() -> Check:
    """Return the check for what nginx says of its configuration, asked beside the one that runs."""
    try:
        text = CONFIGURATION.read_text()
    except (OSError, UnicodeDecodeError) as error:
        return _configuration(Words("cannot be read: {problem}", problem=str(error)), Status.FAILED)
    return judge_configuration(*front_trial.complaint(text))


def judge_configuration(is_taken: bool, said: str) -> Check:  # noqa: FBT001  # the two things that nginx answers
    """Return the check for nginx's answer."""
    if is_taken and not said:
        return _configuration(Words("nginx takes it"), Status.PASSED)
    return _configuration(Words("{problem}", problem=said[:500]), Status.WARNING if is_taken else Status.FAILED)


def check_names() -> tuple[Check, ...]:
    """Return the check for the names by which the front answers; none where others tell what is wrong."""
    try:
        text, wanted = CONFIGURATION.read_text(), names_of(settings.names())
    except (OSError, UnicodeDecodeError, ApplianceError):
        return ()
    return (judge_names(text, wanted),)


def judge_names(text: str, wanted: Names) -> Check:
    """Return the check for the names in nginx's configuration, beside those of the settings."""
    found = {name.strip("[]") for line in SERVER_NAME.findall(text) for name in line.split()} - {ANY_OTHER}
    names = ", ".join(sorted(found)) or "-"
    is_right = found == set(wanted.texts)
    return Check(
        id="front_names",
        title=Words("Names of the front"),
        measured=Words("{names}", names=names) if is_right else Words("answers by {names} only", names=names),
        needed=Words("those of the settings: {names}", names=", ".join(wanted.texts)),
        status=Status.PASSED if is_right else Status.WARNING,
        hint=NOTHING if is_right else Words("sudo bastide install puts the settings to use"),
    )


def check_bound(*, is_typed: bool) -> Check:
    """Return the check for the bound on connections. The kernel tells its tables to whom the hourly look is not."""
    most = firewall.connections_max()
    if most is None:
        return judge_bound(None, is_kept=False)
    is_kept = units.is_active(firewall.SERVICE) and (not is_typed or firewall.is_loaded())
    why = firewall.problem() if is_typed and not is_kept else ""
    return judge_bound(most, is_kept=is_kept, why=why)


def judge_bound(most: int | None, *, is_kept: bool, why: str = "") -> Check:
    """Return the check for a bound, None where the settings switch it off, that the kernel keeps or not."""
    if most is None:
        return _bound(Words("switched off in the settings"), Status.PASSED)
    if is_kept:
        return _bound(Words("{count} for each address", count=most), Status.PASSED)
    if why:
        hint = Words(
            "start Debian's own kernel, then: sudo bastide install; or: sudo bastide config set {name} off",
            name=CONNECTIONS_MAX,
        )
        return _bound(Words("this kernel keeps none: {problem}", problem=why[:200]), Status.WARNING, hint)
    hint = Words(
        "sudo systemctl restart {unit}; where there is no such unit: sudo bastide install", unit=firewall.SERVICE
    )
    return _bound(Words("none: the rules are not in the kernel"), Status.WARNING, hint)


def _configuration(measured: Words, status: Status) -> Check:
    return Check(
        id="front_configuration",
        title=Words("Configuration of the front"),
        measured=measured,
        needed=Words("nginx takes it, at the next start too"),
        status=status,
        hint=NOTHING if status is Status.PASSED else WRITTEN_ANEW,
    )


def _bound(measured: Words, status: Status, hint: Words = NOTHING) -> Check:
    return Check(
        id="connections",
        title=Words("Bound on connections"),
        measured=measured,
        needed=Words("one address cannot hold all connections"),
        status=status,
        hint=hint,
    )
