"""What an account signs, held against the words of the RFCs and the standard library."""

import base64
import hashlib
import hmac
import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from appliance.errors import ApplianceError
from appliance.tls.acme.signing import Binding, base64url, binding_of, bound, public_jwk, signed, thumbprint
from tests.appliance.tls.company import new_key

X, Y = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
D = "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"
"""The key of RFC 7515, appendix A.3."""


def bytes_of(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


KEY = ec.derive_private_key(int.from_bytes(bytes_of(D), "big"), ec.SECP256R1())


def test_the_public_half_is_written_as_in_the_rfc():
    assert public_jwk(KEY) == {"crv": "P-256", "kty": "EC", "x": X, "y": Y}


def test_the_thumbprint_is_the_digest_of_the_members_in_order():
    text = f'{{"crv":"P-256","kty":"EC","x":"{X}","y":"{Y}"}}'
    assert thumbprint(KEY) == base64url(hashlib.sha256(text.encode()).digest())


@pytest.mark.parametrize("payload", [None, {}, {"identifiers": [{"type": "dns", "value": "box.example"}]}])
def test_a_message_holds_what_was_signed(payload):
    key = new_key()
    message = signed(key, {"nonce": "n", "url": "https://ca.example/x"}, payload)
    signature = bytes_of(message["signature"])
    assert len(signature) == 64
    r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
    said = f"{message['protected']}.{message['payload']}".encode()
    key.public_key().verify(encode_dss_signature(r, s), said, ec.ECDSA(SHA256()))
    assert json.loads(bytes_of(message["protected"])) == {"alg": "ES256", "nonce": "n", "url": "https://ca.example/x"}
    assert (json.loads(bytes_of(message["payload"])) if message["payload"] else None) == payload


def test_short_halves_of_a_signature_are_filled_up():
    # One in 128 signatures has a half that begins with a zero byte.
    lengths = {len(bytes_of(signed(KEY, {"nonce": str(number)}, None)["signature"])) for number in range(600)}
    assert lengths == {64}


def test_a_binding_is_signed_with_the_secret_that_was_given_out():
    proof = bound(KEY, Binding(kid="box-1", secret=b"secret"), "https://ca.example/new")
    said = f"{proof['protected']}.{proof['payload']}".encode()
    assert bytes_of(proof["signature"]) == hmac.digest(b"secret", said, "sha256")
    assert json.loads(bytes_of(proof["protected"])) == {"alg": "HS256", "kid": "box-1", "url": "https://ca.example/new"}
    assert json.loads(bytes_of(proof["payload"])) == public_jwk(KEY)


@pytest.mark.parametrize("text", ["_-8gAQ", "_-8gAQ==\n", "/+8gAQ==", " _-8g\nAQ "])
def test_a_secret_is_read_however_it_was_copied(text):
    assert binding_of("box-1", text, "hmac.txt").secret == b"\xff\xef\x20\x01"


@pytest.mark.parametrize("text", ["", "\n", "a", "not base64!", "é"])
def test_what_is_no_secret_is_told_with_the_file(text):
    with pytest.raises(ApplianceError, match=r"hmac\.txt holds no key") as refused:
        binding_of("box-1", text, "hmac.txt")
    assert "HMAC" in refused.value.hint
