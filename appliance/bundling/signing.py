"""The key that signs bundles: an Ed25519 key in a file of its owner's, whose public half is its own fingerprint."""

from pathlib import Path
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from appliance.errors import ApplianceError
from appliance.installing.placing import place

USUAL: Final = Path("~/.config/bastide/bundle-key.pem")
PRIVATE: Final = 0o600
OTHERS: Final = 0o077


def make_key(path: Path) -> bool:
    """Make a key unless there is one. Return whether one was made."""
    if path.exists():
        return False
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return place(path, pem, mode=PRIVATE)


def load_key(path: Path) -> Ed25519PrivateKey:
    """Return the key in a file. Raise ApplianceError where it is none, or where others may read it."""
    try:
        if path.stat().st_mode & OTHERS:
            message = f"Others than its owner may read the signing key {path}."
            raise ApplianceError(message, f"chmod 600 {path}; if somebody may have taken it, make another key")
        key = load_pem_private_key(path.read_bytes(), None)
    except OSError as error:
        message = f"The signing key {path} cannot be read: {error.strerror}."
        raise ApplianceError(
            message, "check the path, or leave out --sign-with: then there is a key of yours"
        ) from error
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        message = f"{path} holds no signing key that is open: {error}."
        raise ApplianceError(message, "name the PEM file of an Ed25519 key without a password") from error
    if not isinstance(key, Ed25519PrivateKey):
        message = f"{path} holds a key of another kind than Ed25519."
        raise ApplianceError(message, "openssl genpkey -algorithm ed25519 -out KEY makes one")
    return key
