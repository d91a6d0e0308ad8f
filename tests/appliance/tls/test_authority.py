"""Our own authority, judged by OpenSSL: it vouches for the names of the box, and for nothing else."""

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from appliance import command
from appliance.errors import ApplianceError, CommandFailed
from appliance.tls import authority
from appliance.tls.encoding import pem_of_chain
from appliance.tls.names import names_of
from tests.appliance.tls.company import DAY, NAMES, NOW, OTHER_NAMES, leaf_draft, new_key, signed

ADDRESSES_ONLY = names_of(["10.0.0.5", "2001:db8::5"])
LONG = names_of([".".join(["a" * 40] * 5)])


@pytest.fixture
def verify(tmp_path):
    """Return what asks the openssl command, as strictly as it can, whether it takes a certificate."""

    def ask(root, leaf):
        files = [tmp_path / "root.pem", tmp_path / "leaf.pem"]
        for file, certificate in zip(files, (root, leaf), strict=True):
            file.write_bytes(pem_of_chain(certificate))
        argv = ["openssl", "verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", str(files[0]), str(files[1])]
        return command.run(argv, timeout_s=30)

    return ask


@pytest.mark.parametrize("names", [NAMES, names_of(["box.example"]), ADDRESSES_ONLY, LONG], ids=lambda each: each.first)
def test_openssl_takes_what_the_authority_issues(names, verify):
    own = authority.new_authority(names, NOW)
    assert verify(own.certificate, authority.new_leaf(own, names, NOW).certificate).endswith(": OK\n")


@pytest.mark.parametrize("names", [NAMES, names_of(["box.example"]), ADDRESSES_ONLY], ids=lambda each: each.first)
@pytest.mark.parametrize("other", ["bank.example", "xbox.example", "example", "10.0.0.6", "2001:db8::6"])
def test_openssl_refuses_a_certificate_for_another_name_signed_with_the_same_key(names, other, verify):
    own = authority.new_authority(names, NOW)
    forged = signed(leaf_draft(new_key().public_key(), names_of([other])), own)
    with pytest.raises(CommandFailed, match=r"(permitted|excluded) subtree violation"):
        verify(own.certificate, forged)


def test_openssl_refuses_an_authority_below_ours(verify):
    own = authority.new_authority(NAMES, NOW)
    key = new_key()
    below = signed(leaf_draft(key.public_key(), is_authority=True), own)
    with pytest.raises(CommandFailed):
        verify(
            own.certificate, signed(leaf_draft(new_key().public_key()), authority.Identity(key=key, certificate=below))
        )


def test_names_beyond_the_bounds_are_not_issued():
    own = authority.new_authority(NAMES, NOW)
    with pytest.raises(ApplianceError, match=r"may not vouch for bank\.example"):
        authority.new_leaf(own, OTHER_NAMES, NOW)


def test_names_below_a_name_are_within_the_bounds():
    own = authority.new_authority(NAMES, NOW).certificate
    assert not authority.not_permitted(own, names_of(["api.box.example", "127.0.0.1"]))
    assert authority.not_permitted(own, names_of(["notbox.example", "127.0.0.2"])).texts == (
        "notbox.example",
        "127.0.0.2",
    )


def test_a_lifetime_that_browsers_refuse_is_a_bug():
    with pytest.raises(AssertionError):
        authority.new_leaf(authority.new_authority(NAMES, NOW), NAMES, NOW, timedelta(days=366))


def test_the_authority_says_what_it_is():
    own = authority.new_authority(NAMES, NOW).certificate
    bounds = own.extensions.get_extension_for_class(x509.NameConstraints)
    basic = own.extensions.get_extension_for_class(x509.BasicConstraints)
    assert bounds.critical
    assert basic.critical
    assert (basic.value.ca, basic.value.path_length) == (True, 0)
    assert own.subject.rfc4514_string() == "CN=Bastide on box.example"
    assert authority.permitted_by(own) == NAMES.texts
    assert own.not_valid_after_utc - NOW > 3649 * DAY


def test_the_leaf_begins_in_the_past_and_lives_less_than_a_year():
    own = authority.new_authority(NAMES, NOW)
    leaf = authority.new_leaf(own, NAMES, NOW).certificate
    assert leaf.not_valid_before_utc < NOW
    assert leaf.not_valid_after_utc - leaf.not_valid_before_utc == authority.LEAF_LIFETIME
    assert authority.names_in(leaf) == NAMES
    assert isinstance(leaf.public_key(), ec.EllipticCurvePublicKey)
    assert leaf.serial_number != authority.new_leaf(own, NAMES, NOW).certificate.serial_number
