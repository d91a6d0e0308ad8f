"""The key that signs bundles is made once, is its owner's alone, and is an Ed25519 key."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat

from appliance.bundling.signing import load_key, make_key
from appliance.errors import ApplianceError


@pytest.fixture
def path(tmp_path):
    made = tmp_path / "deep" / "key.pem"
    assert make_key(made)
    return made


def test_a_key_is_made_once_and_nobody_else_reads_it(path):
    before = path.read_bytes()
    assert not make_key(path)
    assert path.read_bytes() == before
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(load_key(path).public_key().public_bytes_raw()) == 32


def test_a_key_that_others_may_read_is_refused(path):
    path.chmod(0o640)
    with pytest.raises(ApplianceError, match=f"Others than its owner may read the signing key {path}") as raised:
        load_key(path)
    assert raised.value.hint.startswith(f"chmod 600 {path}")


def test_a_missing_key_is_told(tmp_path):
    with pytest.raises(ApplianceError, match=r"cannot be read: No such file"):
        load_key(tmp_path / "none.pem")


@pytest.mark.parametrize("content", [b"", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", b"text"])
def test_what_is_no_key_is_told(path, content):
    path.write_bytes(content)
    with pytest.raises(ApplianceError, match="holds no signing key"):
        load_key(path)


def test_a_key_with_a_password_is_told(path):
    key = load_key(path)
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"hush")))
    with pytest.raises(ApplianceError, match="holds no signing key that is open"):
        load_key(path)


def test_a_key_of_another_kind_is_told(path):
    key = ec.generate_private_key(ec.SECP256R1())
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(ApplianceError, match="another kind than Ed25519"):
        load_key(path)
