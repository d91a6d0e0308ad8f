"""What is wrong with the certificate of an installed box: its end, its names."""

from datetime import datetime, timedelta
from typing import Final

from appliance.checks.check import Check, Status
from appliance.checks.words import NOTHING, Words
from appliance.errors import ApplianceError
from appliance.installing import naming, settings
from appliance.installing.places import TLS
from appliance.tls.directory import Mode, TlsDirectory
from appliance.tls.names import Names, names_of
from appliance.tls.status import DAYS_OF_WARNING, TlsStatus, bounds, status

TOLD_IN_DAYS: Final = timedelta(days=2)
RENEWING: Final = {
    Mode.OWN: Words("sudo bastide tls renew"),
    Mode.COMPANY: Words("sudo bastide tls request > box.csr, have it signed, then: sudo bastide tls import box.crt"),
    Mode.FILES: Words("get another one, then: sudo bastide tls import box.crt chain.crt --key box.key"),
    Mode.ACME: Words("sudo bastide tls renew, which tells what stands in the way"),
}


def check_certificate(now: datetime) -> tuple[Check, ...]:
    """Return the checks for the certificate that the box has."""
    try:
        held = status(TlsDirectory(root=TLS), now)
    except ApplianceError as error:
        hint = Words("sudo bastide tls renew {options}", options=naming.options(settings.names() or ("NAME",)))
        needed = _needed(timedelta(days=max(DAYS_OF_WARNING)))
        return (_end(Words("{problem}", problem=error.message), Status.FAILED, hint, needed),)
    return judge_end(held, now), judge_names(held.names, settings.names(), held.mode)


def judge_end(held: TlsStatus, now: datetime) -> Check:
    """Return the check for how long the certificate is good for: a week is too short, a month deserves a look.

    Of one by ACME, which may live for a day in all, it is what tells that renewals fail.
    """
    warned, pressing = bounds(held.mode, held.not_after - held.not_before)
    needed = _needed(warned)
    day = f"{held.not_after:%Y-%m-%d}"
    if held.not_before > now:
        begin = f"{held.not_before:%Y-%m-%d %H:%M} UTC"
        hint = Words("see whether the clock is right: timedatectl")
        return _end(Words("valid from {begin} only", begin=begin), Status.FAILED, hint, needed)
    if held.is_expired:
        return _end(Words("ended on {day}: browsers refuse it", day=day), Status.FAILED, RENEWING[held.mode], needed)
    left = held.not_after - now
    measured = Words("ends on {day}, {days} days from now", day=day, days=left.days)
    if warned < TOLD_IN_DAYS:
        measured = Words("ends on {day}, {hours} hours from now", day=day, hours=_hours(left))
    if left >= warned:
        return _end(measured, Status.PASSED, NOTHING, needed)
    return _end(measured, Status.FAILED if left < pressing else Status.WARNING, RENEWING[held.mode], needed)


def judge_names(held: Names, typed: tuple[str, ...], mode: Mode = Mode.OWN) -> Check:
    """Return the check for the names of the certificate, beside those of the settings.

    What others sign may be for more names than those of the box; its own authority signs for these alone.
    """
    try:
        wanted = names_of(typed)
    except ApplianceError as error:
        hint = Words("put it right in /etc/bastide/bastide.env (BASTIDE_NAMES)")
        return _names(Words("{problem}", problem=error.message), Status.FAILED, hint)
    if missing := wanted.uncovered_by(held):
        hint = _for_names(mode, naming.options(typed))
        return _names(Words("not for {names}", names=", ".join(missing.texts)), Status.FAILED, hint)
    if mode is Mode.OWN and (beyond := held.without(wanted)):
        hint = Words("with all names that people type: sudo bastide install {options}",
                     options=naming.options((*typed, *beyond.texts)))  # fmt: skip  # one thing a line
        measured = Words("also for {names}, by which the box does not answer", names=", ".join(beyond.texts))
        return _names(measured, Status.WARNING, hint)
    return _names(Words("{names}", names=", ".join(held.texts)), Status.PASSED)


def _for_names(mode: Mode, options: str) -> Words:
    """Return how the box comes to a certificate for its names."""
    match mode:
        case Mode.OWN:
            return Words("sudo bastide install {options}", options=options)
        case Mode.ACME:
            return Words("sudo bastide tls renew {options}", options=options)
        case Mode.COMPANY:
            return Words(
                "sudo bastide tls request {options} > box.csr, have it signed, then: sudo bastide tls import box.crt",
                options=options,
            )
        case Mode.FILES:
            return RENEWING[mode]


def _needed(warned: timedelta) -> Words:
    if warned < TOLD_IN_DAYS:
        return Words("good for {hours} more hours", hours=_hours(warned))
    return Words("good for {days} more days", days=warned.days)


def _hours(time: timedelta) -> int:
    return int(time.total_seconds() // 3600)


def _end(measured: Words, status: Status, hint: Words, needed: Words) -> Check:
    return Check(
        id="certificate",
        title=Words("Certificate"),
        measured=measured,
        needed=needed,
        status=status,
        hint=hint,
    )


def _names(measured: Words, status: Status, hint: Words = NOTHING) -> Check:
    return Check(
        id="certificate_names",
        title=Words("Names of the certificate"),
        measured=measured,
        needed=Words("every name of the settings"),
        status=status,
        hint=hint,
    )
