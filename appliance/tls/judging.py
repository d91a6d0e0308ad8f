"""Whether browsers will take a certificate that somebody imports: each rule, and the sentence when it is broken."""

from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.x509.oid import ExtendedKeyUsageOID

from appliance.errors import ApplianceError
from appliance.tls.authority import names_in
from appliance.tls.names import Names
from appliance.tls.status import title_of

RSA_BITS_MIN: Final = 2048
CURVES: Final = ("secp256r1", "secp384r1", "secp521r1")
DAYS_MAX: Final = 825
"""Apple's devices refuse a server's certificate that lives longer, also one of a company's own authority."""

ASK_AGAIN: Final = "sudo bastide tls request, and have that request signed"
SIGNATURES_BROKEN: Final = (hashes.SHA1, hashes.MD5)


def require_good(leaf: x509.Certificate, names: Names, now: datetime) -> None:
    """Raise with the first rule that the certificate of a server breaks."""
    require_in_time(leaf, "The certificate", now)
    require_names(leaf, names)
    require_server(leaf)
    require_fit_key(leaf.public_key(), "The certificate")
    require_fit_signature(leaf, "The certificate")
    days = (leaf.not_valid_after_utc - leaf.not_valid_before_utc).days
    if days > DAYS_MAX:
        message = f"The certificate is valid for {days} days, and iPhones and Macs refuse more than {DAYS_MAX}."
        raise ApplianceError(message, "ask for one that is valid for a year or less")


def require_in_time(certificate: x509.Certificate, what: str, now: datetime) -> None:
    """Raise when the certificate is not valid yet, or not any more."""
    begin, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if begin > now:
        message = (
            f"{what} is valid from {begin:%Y-%m-%d %H:%M} UTC only; the clock of the box says {now:%Y-%m-%d %H:%M}."
        )
        raise ApplianceError(message, "wait until then, or set the clock of the box (timedatectl shows it)")
    if end <= now:
        message = f"{what} ended on {end:%Y-%m-%d %H:%M} UTC; the clock of the box says {now:%Y-%m-%d %H:%M}."
        raise ApplianceError(message, "import one that is valid, or set the clock of the box (timedatectl shows it)")


def require_names(leaf: x509.Certificate, names: Names) -> None:
    """Raise when the certificate lacks one of the names. A wildcard stands for one label, as browsers read it."""
    held = names_in(leaf)
    missing = names.uncovered_by(held)
    if missing:
        holds = (
            f"It is for {', '.join(held.texts)}." if held else "It names none at all (a subject alone does not count)."
        )
        message = f"The certificate is not for {', '.join(missing.texts)}. {holds}"
        raise ApplianceError(message, f"{ASK_AGAIN}, with all its names; or name with --name only those it is for")


def require_server(leaf: x509.Certificate) -> None:
    """Raise when the certificate is for something else than a server."""
    if is_authority(leaf):
        message = f"The certificate of '{title_of(leaf.subject)}' is one of an authority, not of a server."
        raise ApplianceError(message, ASK_AGAIN)
    try:
        uses = list(leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
    except x509.ExtensionNotFound:
        uses = []
    if ExtendedKeyUsageOID.SERVER_AUTH not in uses:
        message = "The certificate is not one of a server: its extended key usage lacks 'server authentication'."
        raise ApplianceError(message, "have the request signed with the template for web servers")
    try:
        usage = leaf.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return
    if not usage.digital_signature:
        message = "The certificate is not one of a server: its key usage lacks 'digital signature'."
        raise ApplianceError(message, "have the request signed with the template for web servers")


def is_authority(certificate: x509.Certificate) -> bool:
    """Return whether the certificate may sign others."""
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def require_fit_key(key: CertificatePublicKeyTypes, what: str) -> None:
    """Raise for a key that is weak, or of a kind that browsers do not take."""
    if isinstance(key, rsa.RSAPublicKey):
        if key.key_size < RSA_BITS_MIN:
            message = f"{what} has an RSA key of {key.key_size} bits, which is weak; {RSA_BITS_MIN} are the least."
            raise ApplianceError(message, ASK_AGAIN)
    elif not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name not in CURVES:
        message = f"{what} has a key of a kind that browsers do not take."
        raise ApplianceError(message, f"{ASK_AGAIN}: it has an elliptic curve (P-256), or RSA with --rsa")


def has_broken_signature(certificate: x509.Certificate) -> bool:
    """Return whether the certificate is signed in a way that can be forged."""
    return isinstance(certificate.signature_hash_algorithm, SIGNATURES_BROKEN)


def require_fit_signature(certificate: x509.Certificate, what: str) -> None:
    """Raise when the certificate is signed in a way that can be forged."""
    if has_broken_signature(certificate):
        message = f"{what} is signed with SHA-1 or MD5, which can be forged and which browsers refuse."
        raise ApplianceError(message, "ask the certificate authority to sign with SHA-256")
