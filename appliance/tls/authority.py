"""Our own certificate authority, which can vouch for the names of this box and for nothing else, and what it issues."""

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from appliance.errors import ApplianceError
from appliance.tls.names import Names

AUTHORITY_LIFETIME: Final = timedelta(days=3650)
LEAF_LIFETIME: Final = timedelta(days=90)
LIFETIME_LIMIT: Final = timedelta(days=366)
"""What browsers and Mozilla's recommendations take of a server's certificate is less than this."""

CLOCK_ALLOWANCE: Final = timedelta(hours=1)
"""Certificates begin a little in the past: clocks of other machines go behind."""

COMMON_NAME_CHARACTERS_MAX: Final = 64
TITLE: Final = "Bastide on "

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """A certificate and the private key that belongs to it."""

    key: PrivateKey
    certificate: x509.Certificate


def new_authority(names: Names, now: datetime) -> Identity:
    """Return a new authority that is bound to these names."""
    assert names, "An authority without names would be bound to nothing"
    key = ec.generate_private_key(ec.SECP256R1())
    title = (TITLE + names.first)[:COMMON_NAME_CHARACTERS_MAX]
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, title)])
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    builder = (
        _builder(subject, subject, key, now, AUTHORITY_LIFETIME)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(constraints(names), critical=True)
        .add_extension(identifier, critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False)
    )
    return Identity(key=key, certificate=builder.sign(key, hashes.SHA256()))


def new_leaf(authority: Identity, names: Names, now: datetime, lifetime: timedelta = LEAF_LIFETIME) -> Identity:
    """Return a new key with a server certificate. Raise when the authority is not allowed these names."""
    assert lifetime < LIFETIME_LIMIT, "Browsers refuse certificates that live longer"
    beyond = not_permitted(authority.certificate, names)
    if beyond:
        message = f"The box's own authority may not vouch for {', '.join(beyond.texts)}."
        raise ApplianceError(message, "sudo bastide tls renew makes an authority that may")
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = authority.certificate
    identifier = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    subject = leaf_subject(names)
    builder = (
        _builder(subject, issuer.subject, key, now, lifetime)
        .add_extension(alternative_names(names), critical=not list(subject))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False)
    )
    return Identity(key=key, certificate=builder.sign(authority.key, hashes.SHA256()))


def constraints(names: Names) -> x509.NameConstraints:
    """Return the bounds of an authority. A kind of name that the box has none of is closed whole, not left open."""
    permitted: list[x509.GeneralName] = [x509.DNSName(name) for name in names.dns]
    permitted += [x509.IPAddress(ipaddress.ip_network(address)) for address in names.addresses]
    excluded: list[x509.GeneralName] = []
    if not names.dns:
        excluded.append(x509.DNSName(""))
    if not names.addresses:
        excluded += [x509.IPAddress(IPv4Network("0.0.0.0/0")), x509.IPAddress(IPv6Network("::/0"))]
    return x509.NameConstraints(permitted_subtrees=permitted, excluded_subtrees=excluded or None)


def not_permitted(authority: x509.Certificate, names: Names) -> Names:
    """Return those of the names that the authority is not allowed."""
    bounds = authority.extensions.get_extension_for_class(x509.NameConstraints).value
    permitted = [each.value for each in bounds.permitted_subtrees or ()]
    ends = [name for name in permitted if isinstance(name, str)]
    networks = [network for network in permitted if isinstance(network, IPv4Network | IPv6Network)]
    return Names(
        dns=tuple(name for name in names.dns if not any(f".{name}".endswith(f".{end}") for end in ends)),
        addresses=tuple(each for each in names.addresses if not any(each in network for network in networks)),
    )


def permitted_by(authority: x509.Certificate) -> tuple[str, ...]:
    """Return the names that the authority is bound to, as people write them."""
    bounds = authority.extensions.get_extension_for_class(x509.NameConstraints).value
    values = (each.value for each in bounds.permitted_subtrees or ())
    return tuple(str(each.network_address) if isinstance(each, IPv4Network | IPv6Network) else each for each in values)


def alternative_names(names: Names) -> x509.SubjectAlternativeName:
    """Return the names as a certificate and a request hold them."""
    addresses = (x509.IPAddress(address) for address in names.addresses)
    return x509.SubjectAlternativeName([*map(x509.DNSName, names.dns), *addresses])


def leaf_subject(names: Names) -> x509.Name:
    """Return whom a server certificate is for: its first name, where a common name may be one and is long enough."""
    if names.dns and len(names.first) > COMMON_NAME_CHARACTERS_MAX:
        return x509.Name([])
    # An address would be taken for a host name by OpenSSL, and held against the bounds of host names.
    title = names.first if names.dns else "Bastide"
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, title)])


def names_in(certificate: x509.Certificate | x509.CertificateSigningRequest) -> Names:
    """Return the names that a certificate, or a request for one, is for."""
    try:
        held = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return Names()
    addresses = held.get_values_for_type(x509.IPAddress)
    return Names(
        dns=tuple(name.lower() for name in held.get_values_for_type(x509.DNSName)),
        addresses=tuple(each for each in addresses if isinstance(each, IPv4Address | IPv6Address)),
    )


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    now: datetime,
    lifetime: timedelta,
) -> x509.CertificateBuilder:
    begin = (now - CLOCK_ALLOWANCE).replace(microsecond=0)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + lifetime)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
