"""What the page /trust offers over plain HTTP: how to trust the box, and the files for each system, all static."""

import base64
import html
import json
import plistlib
import uuid
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from string import Template
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from appliance.errors import ApplianceError
from appliance.ownership import as_owner
from appliance.tls.authority import permitted_by
from appliance.tls.directory import Mode, TlsDirectory, make_readable
from appliance.tls.encoding import fingerprint, pem_of_chain
from appliance.tls.names import Names
from appliance.tls.status import authority_certificate, status, title_of

PAGES: Final = Path(__file__).parent / "pages"
INDEX: Final = "index.html"
STYLE: Final = "trust.css"
PEM: Final = "bastide-ca.crt"
DER: Final = "bastide-ca.cer"
APPLE_PROFILE: Final = "bastide-ca.mobileconfig"
FIREFOX: Final = "firefox-policies.json"
CHROME: Final = "chrome-policies.json"
TEXTS: Final = ("windows-trust.ps1", "windows-group-policy.txt", "linux.txt")
OFFERED: Final = (INDEX, STYLE, PEM, DER, APPLE_PROFILE, FIREFOX, CHROME, *TEXTS)
PAIRS_A_LINE: Final = 8
UUIDS: Final = uuid.UUID("5b0c4d1a-8a0e-5c0d-9f3e-6a1f0b7e2c55")
"""Our own space of UUIDs: a profile that is installed once more replaces itself."""


def write_pages(directory: TlsDirectory, target: Path, now: datetime) -> bool:
    """Write what /trust offers for the certificate that the box has. Return whether anything changed.

    Files that are not offered any more are removed. Raise when the box has no certificate yet.
    """
    held = status(directory, now)
    if held.mode is Mode.OWN:
        files = own_files(authority_certificate(directory), held.names)
    else:
        files = files_signed_elsewhere(held.issuer, held.names)
    try:
        make_readable(target)
        with as_owner(target):
            return sum(_replace(target / name, files.get(name)) for name in OFFERED) > 0
    except OSError as error:
        message = f"The pages for /trust cannot be written to {target}: {error.strerror}."
        raise ApplianceError(message, "mend that, then try again") from error


def own_files(authority: x509.Certificate, names: Names) -> dict[str, bytes]:
    """Return what is offered where the box's own authority vouches for it, by name."""
    facts = facts_of(authority, names)
    return {
        INDEX: filled_page("own.html", facts),
        STYLE: (PAGES / STYLE).read_bytes(),
        PEM: pem_of_chain(authority),
        DER: authority.public_bytes(Encoding.DER),
        APPLE_PROFILE: apple_profile(authority),
        FIREFOX: as_json({"policies": {"Certificates": {"ImportEnterpriseRoots": True, "Install": [PEM]}}}),
        CHROME: as_json({"CACertificates": [base64.b64encode(authority.public_bytes(Encoding.DER)).decode()]}),
    } | {name: filled_text(name, facts) for name in TEXTS}


def files_signed_elsewhere(issuer: str, names: Names) -> dict[str, bytes]:
    """Return what is offered where somebody else vouches for the box: a page that says so."""
    page = filled_page("signed-elsewhere.html", {"name": in_address(names), "issuer": issuer})
    return {INDEX: page, STYLE: (PAGES / STYLE).read_bytes()}


def facts_of(authority: x509.Certificate, names: Names) -> dict[str, str]:
    """Return what the pages and notes say of the authority."""
    digits = authority.fingerprint(SHA256()).hex().upper()
    return {
        "name": in_address(names),
        "names": ", ".join(permitted_by(authority)),
        "until": f"{authority.not_valid_after_utc:%Y-%m-%d}",
        "fingerprint": "\n".join(grouped(fingerprint(authority))),
        "fingerprint_lines": "`n".join(grouped(fingerprint(authority))),
        "digits": digits,
        "digits_in_small_letters": digits.lower(),
        "sha1_digits": authority.fingerprint(SHA1()).hex(),  # noqa: S303  # by which Windows names a certificate
    }


def grouped(fingerprint_text: str) -> tuple[str, ...]:
    """Return a fingerprint in four lines of eight pairs, which the eye can compare."""
    pairs = fingerprint_text.split(":")
    return tuple(":".join(pairs[start : start + PAIRS_A_LINE]) for start in range(0, len(pairs), PAIRS_A_LINE))


def in_address(names: Names) -> str:
    """Return the name by which people reach the box, as it stands in an address."""
    return f"[{names.first}]" if ":" in names.first else names.first


def filled_page(name: str, facts: Mapping[str, str]) -> bytes:
    """Return a page with its facts, none of which can become markup."""
    escaped = {fact: html.escape(value) for fact, value in facts.items()}
    return Template((PAGES / name).read_text()).substitute(escaped).encode()


def filled_text(name: str, facts: Mapping[str, str]) -> bytes:
    """Return a note or script with its facts, and line ends that Windows takes where it is for Windows."""
    text = Template((PAGES / name).read_text()).substitute(facts)
    return (text.replace("\n", "\r\n") if name.startswith("windows") else text).encode()


def as_json(content: object) -> bytes:
    """Return a policy file."""
    return (json.dumps(content, indent=2) + "\n").encode()


def apple_profile(authority: x509.Certificate) -> bytes:
    """Return a configuration profile for macOS, iPhones and iPads; the same authority always gives the same one."""
    digits = authority.fingerprint(SHA256()).hex()
    title = title_of(authority.subject)
    inner = {
        "PayloadType": "com.apple.security.root",
        "PayloadVersion": 1,
        "PayloadIdentifier": f"bastide.authority.{digits[:16]}.certificate",
        "PayloadUUID": str(uuid.uuid5(UUIDS, f"certificate {digits}")).upper(),
        "PayloadDisplayName": title,
        "PayloadCertificateFileName": DER,
        "PayloadContent": authority.public_bytes(Encoding.DER),
    }
    outer = {
        "PayloadType": "Configuration",
        "PayloadVersion": 1,
        "PayloadIdentifier": f"bastide.authority.{digits[:16]}",
        "PayloadUUID": str(uuid.uuid5(UUIDS, f"profile {digits}")).upper(),
        "PayloadDisplayName": title,
        "PayloadDescription": f"Lets this device trust the box. SHA-256: {fingerprint(authority)}",
        "PayloadRemovalDisallowed": False,
        "PayloadContent": [inner],
    }
    return plistlib.dumps(outer)


def _replace(path: Path, content: bytes | None) -> bool:
    """Bring a file to its content, or away, in one step. Return whether it was otherwise before."""
    before = path.read_bytes() if path.exists() else None
    if before == content:
        return False
    if content is None:
        path.unlink()
        return True
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_bytes(content)
    fresh.chmod(0o644)
    fresh.rename(path)
    return True
