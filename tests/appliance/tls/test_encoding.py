"""Keys and bundles as people have them, with passwords and without."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)

from appliance.errors import ApplianceError
from appliance.tls.encoding import is_of, key_in
from appliance.tls.request import Given, import_files, read_bundle, read_files
from tests.appliance.tls.company import NAMES, NOW, leaf_draft, new_authority, new_key, signed

KEY = new_key()
ROOT = new_authority("Corp Root")
LEAF = signed(leaf_draft(KEY.public_key()), ROOT)
SECRET = BestAvailableEncryption(b"secret")


def key_file(encoding=Encoding.PEM, lock=None, key=KEY, kind=PrivateFormat.PKCS8):
    return key.private_bytes(encoding, kind, lock or NoEncryption())


def bundle(key=KEY, leaf=LEAF, lock=SECRET) -> Given:
    content = pkcs12.serialize_key_and_certificates(b"box", key, leaf, [ROOT.certificate], lock)
    return Given(name="box.p12", content=content)


@pytest.mark.parametrize(
    ("content", "password", "sentence"),
    [
        (b"", None, "no private key"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA", None, "no private key"),
        (key_file(lock=SECRET), None, "needs a password"),
        (key_file(lock=SECRET), "wrong", "with this password"),
        (key_file(), "secret", "has no password"),
        (key_file(key=ed25519.Ed25519PrivateKey.generate()), None, "of a kind that browsers do not take"),
    ],
)
def test_a_key_that_cannot_be_used_is_refused(content, password, sentence):
    with pytest.raises(ApplianceError, match=sentence):
        key_in(content, "box.key", password)


@pytest.mark.parametrize(
    ("content", "password"),
    [
        (key_file(), None),
        (key_file(Encoding.DER), None),
        (key_file(lock=SECRET), "secret"),
        (key_file(kind=PrivateFormat.TraditionalOpenSSL), None),
    ],
)
def test_a_key_is_read_in_every_form(content, password):
    assert is_of(key_in(content, "box.key", password), LEAF)


@pytest.mark.parametrize(
    ("given", "password", "sentence"),
    [
        (bundle(), "wrong", "its password is another one"),
        (bundle(), None, "its password is another one"),
        (Given(name="box.p12", content=b"text"), None, "no PKCS#12 file"),
        (bundle(key=None, leaf=None), "secret", "no private key"),
    ],
)
def test_a_bundle_that_cannot_be_used_is_refused(given, password, sentence):
    with pytest.raises(ApplianceError, match=sentence):
        read_bundle(given, password)


@pytest.mark.parametrize(("lock", "password"), [(SECRET, "secret"), (NoEncryption(), None)])
def test_a_bundle_is_imported_with_its_password(directory, lock, password):
    delivery = read_bundle(bundle(lock=lock), password)
    assert import_files(directory, delivery, NAMES, NOW).is_changed
    assert directory.mode == "files"


def test_plain_files_are_imported(directory):
    certificates = [LEAF.public_bytes(Encoding.PEM), ROOT.certificate.public_bytes(Encoding.DER)]
    files = [Given(name="file", content=content) for content in certificates]
    delivery = read_files(Given(name="box.key", content=key_file()), files)
    assert import_files(directory, delivery, NAMES, NOW).is_changed


def test_the_key_of_another_certificate_is_refused(directory):
    files = [Given(name="box.crt", content=LEAF.public_bytes(Encoding.PEM))]
    delivery = read_files(Given(name="box.key", content=key_file(key=new_key())), files)
    with pytest.raises(ApplianceError, match="None of the certificates belongs to the key"):
        import_files(directory, delivery, NAMES, NOW)
