"""Keys and certificates as bytes and back: PEM, DER, PKCS#7 and PKCS#12, as people send them."""

import re
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_pem_private_key,
    pkcs7,
    pkcs12,
)

from appliance.errors import ApplianceError
from appliance.tls.authority import PrivateKey

PEM_CERTIFICATE: Final = re.compile(rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)
UNREADABLE: Final = (ValueError, UnsupportedAlgorithm, x509.DuplicateExtension)
UNREADABLE_HINT: Final = (
    "ask for the certificate as PEM (text that begins with -----BEGIN CERTIFICATE-----), DER or PKCS#7"
)


def pem_of_key(key: PrivateKey) -> bytes:
    """Return a private key as every program reads it, without a password."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def pem_of_chain(*certificates: x509.Certificate) -> bytes:
    """Return certificates one after the other, as nginx takes them: the leaf first."""
    return b"".join(each.public_bytes(Encoding.PEM) for each in certificates)


def fingerprint(certificate: x509.Certificate) -> str:
    """Return the SHA-256 fingerprint as browsers show it: pairs of capital digits, parted by colons."""
    return certificate.fingerprint(SHA256()).hex(":").upper()


def is_of(key: PrivateKey, certificate: x509.Certificate | x509.CertificateSigningRequest) -> bool:
    """Return whether the certificate, or the request, is for this key."""
    kind = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return key.public_key().public_bytes(*kind) == certificate.public_key().public_bytes(*kind)


def certificates_in(data: bytes, source: str) -> list[x509.Certificate]:
    """Return the certificates of a file. Raise when it holds none; `source` is the file's name in that sentence."""
    if b"-----BEGIN CERTIFICATE REQUEST-----" in data or b"-----BEGIN NEW CERTIFICATE REQUEST-----" in data:
        message = f"{source} is a request, not a certificate."
        raise ApplianceError(message, "send it to the certificate authority, and import what it sends back")
    try:
        found = _certificates_in(data)
        for each in found:
            # These are read when they are first asked for, and complain only then.
            _ = each.public_key(), each.extensions, each.signature_hash_algorithm
    except UNREADABLE as error:
        message = f"{source} holds something that is not a certificate, only a part of one, or one of a rare kind."
        raise ApplianceError(message, UNREADABLE_HINT) from error
    if not found:
        message = f"{source} holds no whole certificate."
        raise ApplianceError(message, UNREADABLE_HINT)
    return found


def _certificates_in(data: bytes) -> list[x509.Certificate]:
    if b"-----BEGIN PKCS7-----" in data:
        return list(pkcs7.load_pem_pkcs7_certificates(data))
    if b"-----BEGIN" in data:
        return [x509.load_pem_x509_certificate(each) for each in PEM_CERTIFICATE.findall(data)]
    try:
        return [x509.load_der_x509_certificate(data)]
    except ValueError:
        return list(pkcs7.load_der_pkcs7_certificates(data))


def key_in(data: bytes, source: str, password: str | None = None) -> PrivateKey:
    """Return the private key of a file, PEM or DER. Raise when there is none that a server can use."""
    secret = password.encode() if password else None
    try:
        key = load_pem_private_key(data, secret) if b"-----BEGIN" in data else load_der_private_key(data, secret)
    except TypeError as error:  # how the library tells that a password is missing, or one too many
        message = (
            f"The key in {source} needs a password." if secret is None else f"The key in {source} has no password."
        )
        raise ApplianceError(message, "give the password in a file with --password-file, or leave it out") from error
    except UNREADABLE as error:
        message = f"{source} holds no private key that can be read" + (" with this password." if secret else ".")
        raise ApplianceError(message, "give a PEM file that begins with -----BEGIN PRIVATE KEY-----") from error
    return _usable(key, source)


def bundle_in(data: bytes, source: str, password: str | None) -> tuple[PrivateKey, list[x509.Certificate]]:
    """Return key and certificates of a PKCS#12 file. Raise when it cannot be opened or holds no key."""
    try:
        key, leaf, others = pkcs12.load_key_and_certificates(data, password.encode() if password else None)
    except UNREADABLE as error:
        message = f"{source} cannot be opened: its password is another one, or it is no PKCS#12 file."
        raise ApplianceError(message, "give the password in a file with --password-file") from error
    if key is None or leaf is None:
        message = f"{source} holds no private key with its certificate."
        raise ApplianceError(message, "export it once more, with the private key")
    return _usable(key, source), [leaf, *others]


def _usable(key: object, source: str) -> PrivateKey:
    if isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        return key
    message = f"The key in {source} is of a kind that browsers do not take."
    raise ApplianceError(message, "use an elliptic curve (P-256) or RSA with 2048 bits or more")
