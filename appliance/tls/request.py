"""The request that a company's certificate authority signs, and the import of its answer or of files made elsewhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from appliance.errors import ApplianceError
from appliance.tls.authority import Identity, PrivateKey, alternative_names, leaf_subject, names_in
from appliance.tls.chain import Chain, chain_of, leaf_for
from appliance.tls.directory import File, Mode, TlsDirectory, mode_files
from appliance.tls.encoding import bundle_in, certificates_in, is_of, key_in, pem_of_chain, pem_of_key
from appliance.tls.handshake import try_handshake
from appliance.tls.judging import require_fit_key, require_good
from appliance.tls.keeping import Outcome
from appliance.tls.names import Names


class KeyKind(StrEnum):
    """What key a request has. Some companies' authorities sign RSA keys only."""

    P256 = "p256"
    RSA = "rsa"


@dataclass(frozen=True, kw_only=True, slots=True)
class Given:
    """A file that somebody imports: what it is called, and its content."""

    name: str
    content: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """A private key, and certificates among which there should be its own and those of who vouches for it."""

    key: PrivateKey
    certificates: Sequence[x509.Certificate]


def request(
    directory: TlsDirectory, names: Names, kind: KeyKind = KeyKind.P256, *, is_anew: bool = False
) -> tuple[bytes, bool]:
    """Return the request as PEM, and whether it is new. One that is open stays, for its answer may be under way."""
    with directory.locked():
        held = directory.read(File.REQUEST)
        if held and not is_anew and _is_for(directory, held, names, kind):
            return held, False
        key = new_key(kind)
        made = _signed_request(key, names)
        directory.change({File.REQUEST_KEY: pem_of_key(key), File.REQUEST: made})
        return made, True


def import_answer(directory: TlsDirectory, answer: Sequence[Given], names: Names | None, now: datetime) -> Outcome:
    """Take what the company's authority sent back. Raise, and change nothing, when it would not work.

    Without `names`, the answer must be for those of the request.
    """
    with directory.locked():
        held, key = directory.read(File.REQUEST), directory.read(File.REQUEST_KEY)
        if held is None or key is None:
            message = "No request is open."
            raise ApplianceError(message, "sudo bastide tls request makes one; to import a key too, give it with --key")
        requested = names or names_in(x509.load_pem_x509_csr(held))
        certificates = [each for given in answer for each in certificates_in(given.content, given.name)]
        own_key = key_in(key, str(directory.path(File.REQUEST_KEY)))
        checked = check_delivery(Delivery(key=own_key, certificates=certificates), requested, now)
        return put_in_place(directory, checked, Mode.COMPANY)


def import_files(directory: TlsDirectory, delivery: Delivery, names: Names, now: datetime) -> Outcome:
    """Take a key and certificates that were made elsewhere. Raise, and change nothing, when they would not work."""
    with directory.locked():
        return put_in_place(directory, check_delivery(delivery, names, now), Mode.FILES)


def read_files(key: Given, certificates: Sequence[Given], password: str | None = None) -> Delivery:
    """Return the key and certificates of plain files."""
    found = [each for given in certificates for each in certificates_in(given.content, given.name)]
    return Delivery(key=key_in(key.content, key.name, password), certificates=found)


def read_bundle(bundle: Given, password: str | None) -> Delivery:
    """Return the key and certificates of a PKCS#12 file (`.p12`, `.pfx`)."""
    key, certificates = bundle_in(bundle.content, bundle.name, password)
    return Delivery(key=key, certificates=certificates)


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """What has passed every check."""

    identity: Identity
    chain: Chain
    names: Names


def check_delivery(delivery: Delivery, names: Names, now: datetime) -> Checked:
    """Return what browsers would take. Raise with the first rule that is broken."""
    require_fit_key(delivery.key.public_key(), "What was given")
    leaf = leaf_for(delivery.key, delivery.certificates)
    require_good(leaf, names, now)
    chain = chain_of(leaf, delivery.certificates, now)
    identity = Identity(key=delivery.key, certificate=leaf)
    try_handshake(identity, chain.all, names)
    return Checked(identity=identity, chain=chain, names=names)


def put_in_place(
    directory: TlsDirectory, checked: Checked, mode: Mode, beside: Mapping[File, bytes | None] | None = None
) -> Outcome:
    """Make it the certificate of the box, with other files `beside` it in the same step."""
    leaf = checked.identity.certificate
    files: dict[File, bytes | None] = {
        File.BOX_KEY: pem_of_key(checked.identity.key),
        File.BOX: pem_of_chain(leaf, *checked.chain.intermediates),
        **mode_files(mode),
        **(beside or {}),
    }
    if mode is Mode.COMPANY:
        files |= {File.REQUEST_KEY: None, File.REQUEST: None}
    directory.change(files)
    until = leaf.not_valid_after_utc
    sentence = f"The box has the certificate for {', '.join(checked.names.texts)}, valid until {until:%Y-%m-%d}."
    return Outcome(is_changed=True, sentences=(sentence, *checked.chain.remarks))


def new_key(kind: KeyKind) -> PrivateKey:
    """Return a key for a certificate."""
    if kind is KeyKind.RSA:
        return rsa.generate_private_key(public_exponent=65537, key_size=3072)
    return ec.generate_private_key(ec.SECP256R1())


def _signed_request(key: PrivateKey, names: Names) -> bytes:
    builder = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(leaf_subject(names))
        .add_extension(alternative_names(names), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    )
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)


def _is_for(directory: TlsDirectory, held: bytes, names: Names, kind: KeyKind) -> bool:
    key_content = directory.read(File.REQUEST_KEY)
    if key_content is None:
        return False
    key = key_in(key_content, str(directory.path(File.REQUEST_KEY)))
    is_kind = isinstance(key, rsa.RSAPrivateKey) is (kind is KeyKind.RSA)
    signed = x509.load_pem_x509_csr(held)
    return is_kind and is_of(key, signed) and names_in(signed).is_same_as(names)
