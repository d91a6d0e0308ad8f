"""Signatures are judged as RFC 8032 says, and as the library does that signs them."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.bundling.ed25519 import ORDER, PRIME, is_signed

# RFC 8032, 7.1: key, message, signature.
VECTORS = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
            "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
            "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        ),
    ),
]


@pytest.mark.parametrize(("key", "message", "signature"), VECTORS)
def test_the_examples_of_the_standard_are_right(key, message, signature):
    assert is_signed(bytes.fromhex(key), bytes.fromhex(message), bytes.fromhex(signature))


@settings(max_examples=25, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=300), st.integers(0, 511))
def test_what_the_library_signs_is_right_until_a_bit_of_it_changes(seed, message, bit):
    private = Ed25519PrivateKey.from_private_bytes(seed)
    key, signature = private.public_key().public_bytes_raw(), private.sign(message)
    changed = bytearray(signature)
    changed[bit // 8] ^= 1 << bit % 8
    assert is_signed(key, message, signature)
    assert not is_signed(key, message, bytes(changed))
    assert not is_signed(key, message + b"x", signature)


def test_a_signature_is_not_taken_in_another_form():
    private = Ed25519PrivateKey.generate()
    key, signature = private.public_key().public_bytes_raw(), private.sign(b"it")
    larger = int.from_bytes(signature[32:], "little") + ORDER
    assert not is_signed(key, b"it", signature[:32] + larger.to_bytes(32, "little"))


@pytest.mark.parametrize("key", [b"", bytes(31), bytes(33), PRIME.to_bytes(32, "little"), (2).to_bytes(32, "little")])
def test_what_is_no_key_signs_nothing(key):
    assert not is_signed(key, b"it", bytes.fromhex(VECTORS[0][2]))


@pytest.mark.parametrize("length", [0, 32, 63, 65])
def test_what_is_no_signature_is_none(length):
    key, _, signature = (bytes.fromhex(each) for each in VECTORS[0])
    assert not is_signed(key, b"", (signature + b"0")[:length])
