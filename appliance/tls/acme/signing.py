"""What an ACME account signs: JSON Web Signatures by ES256, and the proof of an external account by HS256."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from appliance.errors import ApplianceError

COORDINATE_BYTES: Final = 32
"""Of a point on P-256, and of each half of a signature by it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Binding:
    """What somebody who runs an ACME server gave out so that the box may have an account: a name and a secret key."""

    kid: str
    secret: bytes


def base64url(data: bytes) -> str:
    """Return bytes as ACME writes them, without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def binding_of(kid: str, text: str, source: str) -> Binding:
    """Return the binding whose secret a file holds as base64url. Raise when it does not."""
    digits = "".join(text.split()).rstrip("=").replace("+", "-").replace("/", "_")
    try:
        secret = base64.b64decode(digits + "=" * (-len(digits) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        secret = b""
    if not secret:
        message = f"{source} holds no key for an external account."
        raise ApplianceError(message, "put the HMAC key into it as it was given out: one line of letters and digits")
    return Binding(kid=kid, secret=secret)


def public_jwk(key: ec.EllipticCurvePrivateKey) -> dict[str, str]:
    """Return the public half of an account's key, its members in the order of their names."""
    numbers = key.public_key().public_numbers()
    x, y = (number.to_bytes(COORDINATE_BYTES, "big") for number in (numbers.x, numbers.y))
    return {"crv": "P-256", "kty": "EC", "x": base64url(x), "y": base64url(y)}


def thumbprint(key: ec.EllipticCurvePrivateKey) -> str:
    """Return the digest by which a server knows the key (RFC 7638)."""
    digest = hashes.Hash(hashes.SHA256())
    digest.update(_json(public_jwk(key)))
    return base64url(digest.finalize())


def signed(
    key: ec.EllipticCurvePrivateKey, protected: Mapping[str, Any], payload: Mapping[str, Any] | None
) -> dict[str, str]:
    """Return a signed message. Without a payload it asks for something and changes nothing."""
    head = base64url(_json({"alg": "ES256", **protected}))
    body = "" if payload is None else base64url(_json(payload))
    r, s = decode_dss_signature(key.sign(f"{head}.{body}".encode(), ec.ECDSA(hashes.SHA256())))
    signature = r.to_bytes(COORDINATE_BYTES, "big") + s.to_bytes(COORDINATE_BYTES, "big")
    return {"protected": head, "payload": body, "signature": base64url(signature)}


def bound(key: ec.EllipticCurvePrivateKey, binding: Binding, url: str) -> dict[str, str]:
    """Return the proof that whoever has the account's key was given the binding; `url` is where accounts are made."""
    head = base64url(_json({"alg": "HS256", "kid": binding.kid, "url": url}))
    body = base64url(_json(public_jwk(key)))
    code = hmac.HMAC(binding.secret, hashes.SHA256())
    code.update(f"{head}.{body}".encode())
    return {"protected": head, "payload": body, "signature": base64url(code.finalize())}


def _json(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, separators=(",", ":")).encode()
