"""The certificates between the box and an authority that browsers know, put into order and checked link by link."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from appliance.errors import ApplianceError
from appliance.tls.authority import PrivateKey
from appliance.tls.encoding import is_of
from appliance.tls.judging import (
    has_broken_signature,
    is_authority,
    require_fit_key,
    require_fit_signature,
    require_in_time,
)
from appliance.tls.status import title_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Chain:
    """Who vouches for a leaf, the nearest first, and the root where it was given. Servers send all but the root."""

    intermediates: tuple[x509.Certificate, ...]
    root: x509.Certificate | None

    @property
    def all(self) -> tuple[x509.Certificate, ...]:
        """Intermediates and root."""
        return (*self.intermediates, *((self.root,) if self.root else ()))

    @property
    def remarks(self) -> tuple[str, ...]:
        """What the administrator should look at, since the box cannot know which roots the browsers have."""
        if self.root:
            return (f"Browsers must trust '{title_of(self.root.subject)}'.",)
        return (f"Browsers must trust '{title_of(self.intermediates[-1].issuer)}', which was not among the files.",)


def leaf_for(key: PrivateKey, certificates: Sequence[x509.Certificate]) -> x509.Certificate:
    """Return the certificate that belongs to the key, the newest of several. Raise when none does."""
    leaves = [each for each in certificates if is_of(key, each)]
    if not leaves:
        titles = ", ".join(f"'{title_of(each.subject)}'" for each in certificates)
        message = f"None of the certificates belongs to the key: {titles}."
        hint = "have the request that is open signed; a newer request makes answers to older ones useless"
        raise ApplianceError(message, hint)
    return max(leaves, key=lambda each: each.not_valid_before_utc)


def chain_of(leaf: x509.Certificate, certificates: Sequence[x509.Certificate], now: datetime) -> Chain:
    """Return who vouches for the leaf, out of certificates in any order. Raise when a link is missing or unfit."""
    links: list[x509.Certificate] = []
    top = leaf
    while not is_self_signed(top):
        issuer = _issuer_of(top, certificates)
        if issuer is None or issuer in links:
            break
        _require_fit_link(issuer, links, now)
        links.append(issuer)
        top = issuer
    rest = [each for each in certificates if each != leaf and each not in links]
    is_whole = is_self_signed(top)
    if top is leaf or (not is_whole and any(map(is_authority, rest))):
        raise _incomplete(top, rest)
    return Chain(intermediates=tuple(links[:-1] if is_whole else links), root=top if is_whole else None)


def is_self_signed(certificate: x509.Certificate) -> bool:
    """Return whether nobody else vouches for the certificate."""
    return is_issued_by(certificate, certificate)


def _issuer_of(certificate: x509.Certificate, candidates: Sequence[x509.Certificate]) -> x509.Certificate | None:
    """Return who signed the certificate; of several certificates of the same key, the one that is valid longest."""
    issuers = [each for each in candidates if each != certificate and is_issued_by(certificate, each)]
    return max(issuers, key=lambda each: each.not_valid_after_utc, default=None)


def is_issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Return whether the issuer signed the certificate."""
    if has_broken_signature(certificate):
        # The library verifies these no more. A root may have one, and whatever else has one is refused for it.
        return certificate.issuer == issuer.subject
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _require_fit_link(issuer: x509.Certificate, below: Sequence[x509.Certificate], now: datetime) -> None:
    what = f"The certificate of the authority '{title_of(issuer.subject)}'"
    if not is_authority(issuer):
        message = f"{what} does not allow it to sign others."
        raise ApplianceError(message, "ask for the whole chain of the certificate once more")
    allowed = issuer.extensions.get_extension_for_class(x509.BasicConstraints).value.path_length
    if allowed is not None and len(below) > allowed:
        message = f"{what} allows {allowed} authorities below it, and there are {len(below)}."
        raise ApplianceError(message, "ask the certificate authority for a chain that it allows")
    require_in_time(issuer, what, now)
    require_fit_key(issuer.public_key(), what)
    if not is_self_signed(issuer):
        require_fit_signature(issuer, what)


def _incomplete(top: x509.Certificate, rest: Sequence[x509.Certificate]) -> ApplianceError:
    missing = title_of(top.issuer)
    if is_self_signed(top):
        message = "The certificate is signed by itself, so nobody vouches for it."
        return ApplianceError(message, "sudo bastide tls renew --own gives the box an authority of its own")
    signed = title_of(top.subject)
    message = f"The chain is not complete: the certificate of '{missing}', which signed '{signed}', is missing."
    others = ", ".join(f"'{title_of(each.subject)}'" for each in rest)
    if others:
        message = f"{message} What else there is does not belong there: {others}."
    return ApplianceError(message, f"import the certificate of '{missing}' too: several files may be given at once")
