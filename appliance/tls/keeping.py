"""Keeps the box's certificate valid: makes an authority and a certificate where there is none, and renews in time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509

from appliance.errors import ApplianceError
from appliance.tls.authority import (
    LEAF_LIFETIME,
    Identity,
    names_in,
    new_authority,
    new_leaf,
    not_permitted,
)
from appliance.tls.chain import is_issued_by
from appliance.tls.directory import File, Mode, TlsDirectory, mode_files
from appliance.tls.encoding import certificates_in, fingerprint, is_of, key_in, pem_of_chain, pem_of_key
from appliance.tls.names import Names

RENEWED_BEFORE: Final = timedelta(days=30)


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What was done, in sentences; people must act only where the authority is another one."""

    is_changed: bool
    is_authority_new: bool = False
    sentences: tuple[str, ...] = ()


def ensure(directory: TlsDirectory, names: Names, now: datetime) -> Outcome:
    """Make what is missing and renew what is due, so that the box has a certificate for all its names."""
    with directory.locked():
        if directory.mode is Mode.OWN:
            return _keep(directory, names, now, is_forced=False)
        return look(directory, names)


def renew(directory: TlsDirectory, now: datetime, *, force: bool = False) -> Outcome:
    """Renew the certificate for the names that it has, when it is due or forced. Raise when others must renew it."""
    with directory.locked():
        held = leaf_of(directory)
        if held is None:
            message = f"There is no certificate in {directory.root} yet."
            raise ApplianceError(message, "say for which names: sudo bastide tls renew --name models.corp.example")
        assert directory.mode is not Mode.ACME, "What an ACME server signs is renewed in appliance.tls.acme"
        if directory.mode is Mode.OWN:
            return _keep(directory, names_in(held), now, is_forced=force)
        if force:
            message = "The box's certificate was signed elsewhere, so the box cannot renew it."
            raise ApplianceError(message, "sudo bastide tls request, have it signed, then sudo bastide tls import")
        return Outcome(
            is_changed=False, sentences=("The certificate was signed elsewhere; the box does not renew it.",)
        )


def return_to_own(directory: TlsDirectory, names: Names, now: datetime) -> Outcome:
    """Let the box's own authority vouch for it again, whoever did so far. An authority that is still there stays."""
    with directory.locked():
        return _keep(directory, names, now, is_forced=directory.mode is not Mode.OWN)


def look(directory: TlsDirectory, names: Names) -> Outcome:
    """Say for which names there is no certificate, where others make it, and change nothing."""
    leaf = leaf_of(directory)
    missing = names.uncovered_by(names_in(leaf)) if leaf else names
    if not missing:
        return Outcome(is_changed=False)
    sentence = f"The certificate that was signed elsewhere is not for {', '.join(missing.texts)}."
    action = "renew" if directory.mode is Mode.ACME else "request"
    asking = " ".join((action, *(f"--name {name}" for name in names.texts)))
    return Outcome(is_changed=False, sentences=(f"{sentence} Ask for another: sudo bastide tls {asking}",))


def _keep(directory: TlsDirectory, names: Names, now: datetime, *, is_forced: bool) -> Outcome:
    authority, reason = _authority_for(directory, names, now)
    if authority is None:
        return _replace_all(directory, names, now, reason)
    cause = "it was asked for" if is_forced else _cause_to_renew(directory, authority, names, now)
    if not cause:
        return Outcome(is_changed=False)
    leaf = new_leaf(authority, names, now)
    directory.change(_leaf_files(leaf, authority) | mode_files(Mode.OWN))
    until = leaf.certificate.not_valid_after_utc
    sentence = f"The box has a new certificate, valid until {until:%Y-%m-%d}: {cause}."
    return Outcome(is_changed=True, sentences=(sentence,))


def _replace_all(directory: TlsDirectory, names: Names, now: datetime, reason: str) -> Outcome:
    authority = new_authority(names, now)
    leaf = new_leaf(authority, names, now)
    files = {
        File.AUTHORITY_KEY: pem_of_key(authority.key),
        File.AUTHORITY: pem_of_chain(authority.certificate),
    }
    directory.change(_leaf_files(leaf, authority) | files | mode_files(Mode.OWN))
    sentences = (
        f"The box has a new certificate authority of its own, for {', '.join(names.texts)} only: {reason}.",
        f"Its SHA-256 fingerprint: {fingerprint(authority.certificate)}",
        "Browsers trust the box once they have this authority: the page /trust says how.",
        *_remarks(names),
    )
    return Outcome(is_changed=True, is_authority_new=True, sentences=sentences)


def _remarks(names: Names) -> tuple[str, ...]:
    return tuple(
        f"The name '{name}' has no dot, so the authority may vouch for whatever ends in .{name}, too; "
        f"a whole name such as {name}.corp.example binds it more closely."
        for name in names.dns
        if "." not in name and name != "localhost"
    )


def _leaf_files(leaf: Identity, authority: Identity) -> dict[File, bytes | None]:
    # The authority goes along although nobody needs it: a browser that warns can show its fingerprint.
    chain = pem_of_chain(leaf.certificate, authority.certificate)
    return {File.BOX_KEY: pem_of_key(leaf.key), File.BOX: chain}


def _authority_for(directory: TlsDirectory, names: Names, now: datetime) -> tuple[Identity | None, str]:
    """Return the authority, or None and why there must be a new one."""
    authority = authority_of(directory)
    if authority is None:
        return None, "there was none"
    _require_begun(directory, authority, now)
    beyond = not_permitted(authority.certificate, names)
    if beyond:
        return None, f"the one before may not vouch for {', '.join(beyond.texts)}"
    if authority.certificate.not_valid_after_utc < now + LEAF_LIFETIME:
        return None, f"the one before ends on {authority.certificate.not_valid_after_utc:%Y-%m-%d}"
    return authority, ""


def _require_begun(directory: TlsDirectory, authority: Identity, now: datetime) -> None:
    # A machine that starts with a wrong clock must not make an authority that everybody has to trust anew.
    begin = authority.certificate.not_valid_before_utc
    if begin > now:
        message = f"The box's authority is valid from {begin:%Y-%m-%d} only, and the clock says {now:%Y-%m-%d}."
        hint = (
            f"set the clock (timedatectl); if it is right, remove {directory.path(File.AUTHORITY)} for a new authority"
        )
        raise ApplianceError(message, hint)


def _cause_to_renew(directory: TlsDirectory, authority: Identity, names: Names, now: datetime) -> str:
    """Return why the certificate must be another one, or nothing."""
    box = _identity(directory, File.BOX_KEY, File.BOX)
    if box is None:
        return "there was none"
    causes: tuple[tuple[str, Callable[[], bool]], ...] = (
        (
            "the one before was not signed by the authority",
            lambda: not is_issued_by(box.certificate, authority.certificate),
        ),
        ("the names are others", lambda: not names_in(box.certificate).is_same_as(names)),
        ("the one before is near its end", lambda: box.certificate.not_valid_after_utc < now + RENEWED_BEFORE),
        ("the one before is not valid yet", lambda: box.certificate.not_valid_before_utc > now),
    )
    return next((sentence for sentence, holds in causes if holds()), "")


def leaf_of(directory: TlsDirectory) -> x509.Certificate | None:
    """Return the certificate of the box, or None."""
    content = directory.read(File.BOX)
    return certificates_in(content, str(directory.path(File.BOX)))[0] if content else None


def authority_of(directory: TlsDirectory) -> Identity | None:
    """Return the box's own authority, or None."""
    return _identity(directory, File.AUTHORITY_KEY, File.AUTHORITY)


def _identity(directory: TlsDirectory, key_file: File, file: File) -> Identity | None:
    key, content = directory.read(key_file), directory.read(file)
    if key is None or content is None:
        return None
    identity = Identity(
        key=key_in(key, str(directory.path(key_file))),
        certificate=certificates_in(content, str(directory.path(file)))[0],
    )
    if not is_of(identity.key, identity.certificate):
        message = f"{directory.path(key_file)} is not the key of {directory.path(file)}."
        raise ApplianceError(message, f"put the right one back, or remove {key_file} so that both are made anew")
    return identity
