"""What is to be known of the box's certificate: for whom it is, who vouches for it, how long, and what to do."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from cryptography import x509

from appliance.errors import ApplianceError
from appliance.tls.authority import names_in
from appliance.tls.directory import File, Mode, TlsDirectory
from appliance.tls.encoding import certificates_in, fingerprint
from appliance.tls.names import Names

DAYS_OF_WARNING: Final = (7, 14, 30)
DO_NEXT: Final = {
    Mode.OWN: "It should have been renewed by itself: sudo bastide tls renew",
    Mode.COMPANY: "Ask for another: sudo bastide tls request",
    Mode.FILES: "Import another: sudo bastide tls import",
    Mode.ACME: "It should have been renewed by itself; what stands in the way is told by: sudo bastide tls renew",
}
SHARE_WARNED: Final = 4
SHARE_PRESSING: Final = 10
"""What an ACME server signs is renewed when a third of its life is left, however short that is."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TlsStatus:
    """The certificate of the box at a moment. `authority_sha256` is that of its own authority, where it vouches."""

    mode: Mode
    names: Names
    issuer: str
    not_before: datetime
    not_after: datetime
    days_left: int
    leaf_sha256: str
    authority_sha256: str | None
    is_expired: bool
    is_request_open: bool
    warnings: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the status as programs read it."""
        return {
            "mode": self.mode,
            "names": list(self.names.texts),
            "issuer": self.issuer,
            "not_before": self.not_before.isoformat(),
            "not_after": self.not_after.isoformat(),
            "days_left": self.days_left,
            "leaf_sha256": self.leaf_sha256,
            "authority_sha256": self.authority_sha256,
            "is_expired": self.is_expired,
            "is_request_open": self.is_request_open,
            "warnings": list(self.warnings),
        }


def status(directory: TlsDirectory, now: datetime) -> TlsStatus:
    """Return what is to be known. Raise when the box has no certificate yet."""
    content = directory.read(File.BOX)
    if content is None:
        message = f"There is no certificate in {directory.root} yet."
        raise ApplianceError(message, "sudo bastide tls renew --name models.corp.example makes one")
    leaf = certificates_in(content, str(directory.path(File.BOX)))[0]
    mode = directory.mode
    return TlsStatus(
        mode=mode,
        names=names_in(leaf),
        issuer=title_of(leaf.issuer),
        not_before=leaf.not_valid_before_utc,
        not_after=leaf.not_valid_after_utc,
        days_left=(leaf.not_valid_after_utc - now).days,
        leaf_sha256=fingerprint(leaf),
        authority_sha256=fingerprint(authority_certificate(directory)) if mode is Mode.OWN else None,
        is_expired=leaf.not_valid_after_utc <= now,
        is_request_open=directory.read(File.REQUEST) is not None,
        warnings=warnings(leaf, mode, now),
    )


def authority_certificate(directory: TlsDirectory) -> x509.Certificate:
    """Return the certificate of the box's own authority, which is public. Raise when there is none."""
    content = directory.read(File.AUTHORITY)
    if content is None:
        message = f"The box has no authority of its own: {directory.path(File.AUTHORITY)} is missing."
        raise ApplianceError(message, "sudo bastide tls renew makes one")
    return certificates_in(content, str(directory.path(File.AUTHORITY)))[0]


def warnings(leaf: x509.Certificate, mode: Mode, now: datetime) -> tuple[str, ...]:
    """Return what must be said of the time that is left: one sentence, sharper at 30, 14 and 7 days, or none."""
    if leaf.not_valid_before_utc > now:
        begin = leaf.not_valid_before_utc
        return (f"The certificate is valid from {begin:%Y-%m-%d %H:%M} UTC only. Is the clock of the box right?",)
    left = leaf.not_valid_after_utc - now
    if left <= timedelta():
        return (f"The certificate ended on {leaf.not_valid_after_utc:%Y-%m-%d}: browsers refuse it. {DO_NEXT[mode]}",)
    if mode is Mode.ACME:
        warned, _ = bounds(mode, leaf.not_valid_after_utc - leaf.not_valid_before_utc)
        return (f"The certificate ends in {lasting(left)}. {DO_NEXT[mode]}",) if left < warned else ()
    bound = next((days for days in DAYS_OF_WARNING if left.days < days), None)
    if bound is None:
        return ()
    words = lasting(left) if left.days else "less than a day"
    return (f"The certificate ends in {words}, which is less than {bound} days. {DO_NEXT[mode]}",)


def bounds(mode: Mode, lifetime: timedelta) -> tuple[timedelta, timedelta]:
    """Return how much time must be left so that nothing is to be said, and how much so that it does not press."""
    warned, pressing = timedelta(days=max(DAYS_OF_WARNING)), timedelta(days=min(DAYS_OF_WARNING))
    if mode is Mode.ACME:
        return min(warned, lifetime / SHARE_WARNED), min(pressing, lifetime / SHARE_PRESSING)
    return warned, pressing


def lasting(left: timedelta) -> str:
    """Return a time that is left, as people say it."""
    count, unit = (left.days, "day") if left.days else (left.seconds // 3600, "hour")
    return f"{count} {unit}{'' if count == 1 else 's'}"


def title_of(name: x509.Name) -> str:
    """Return what a person calls whoever a certificate names: the common name, else all of it."""
    common = name.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return str(common[0].value) if common else name.rfc4514_string() or "nobody"
