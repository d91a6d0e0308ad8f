"""A company's certificate authorities, which sign what they are told to, however wrong."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from appliance import command
from appliance.tls.authority import Identity, PrivateKey, alternative_names
from appliance.tls.encoding import pem_of_chain, pem_of_key
from appliance.tls.names import Names, names_of

NOW = datetime.now(UTC).replace(microsecond=0)
NAMES = names_of(["box.example", "models.corp.example", "127.0.0.1"])
OTHER_NAMES = names_of(["bank.example"])
DAY = timedelta(days=1)


def titled(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@dataclass(kw_only=True)
class Draft:
    """A certificate before it is signed; a test changes what it wants wrong."""

    subject: x509.Name
    key: Any
    is_authority: bool = False
    has_basic_constraints: bool = True
    begin: datetime = NOW - DAY
    end: datetime = NOW + 90 * DAY
    extensions: list[x509.ExtensionType] = field(default_factory=list)

    def signed_by(self, issuer: x509.Certificate | None, key: PrivateKey) -> x509.Certificate:
        """Return the certificate; without an issuer it is signed by itself."""
        builder = (
            x509.CertificateBuilder()
            .subject_name(self.subject)
            .issuer_name(issuer.subject if issuer else self.subject)
            .public_key(self.key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.begin)
            .not_valid_after(self.end)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self.key), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
        )
        if self.has_basic_constraints:
            basic = x509.BasicConstraints(ca=self.is_authority, path_length=None)
            builder = builder.add_extension(basic, critical=True)
        for extension in self.extensions:
            builder = builder.add_extension(extension, critical=isinstance(extension, x509.NameConstraints))
        return builder.sign(key, hashes.SHA256())


def leaf_draft(key: Any, names: Names = NAMES, **changes: Any) -> Draft:
    """Return a good server certificate, but for the changes."""
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    known = {"subject": titled("box.example"), "key": key, "extensions": [alternative_names(names), usage]}
    return Draft(**(known | changes))


def new_authority(title: str, above: Identity | None = None, **changes: Any) -> Identity:
    """Return an authority, below another one or a root."""
    key = new_key()
    draft = Draft(subject=titled(title), key=key.public_key(), is_authority=True, end=NOW + 3000 * DAY)
    for name, value in changes.items():
        setattr(draft, name, value)
    certificate = draft.signed_by(above.certificate, above.key) if above else draft.signed_by(None, key)
    return Identity(key=key, certificate=certificate)


def signed_with_sha1(certificate: x509.Certificate, authority: Identity, at: Path) -> x509.Certificate:
    """Return the certificate signed anew as nobody should any more; our library does not, the openssl command does."""
    files = {
        "leaf": pem_of_chain(certificate),
        "ca": pem_of_chain(authority.certificate),
        "key": pem_of_key(authority.key),
    }
    for name, content in files.items():
        (at / name).write_bytes(content)
    certified = ("-CA", str(at / "ca"), "-CAkey", str(at / "key"), "-set_serial", "7", "-preserve_dates", "-sha1")
    made = command.run(("openssl", "x509", "-in", str(at / "leaf"), *certified), timeout_s=30)
    return x509.load_pem_x509_certificate(made.encode())


def signed(draft: Draft, authority: Identity) -> x509.Certificate:
    return draft.signed_by(authority.certificate, authority.key)
