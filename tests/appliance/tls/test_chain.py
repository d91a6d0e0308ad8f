"""The chain of an answer: mended where its order is wrong, refused where a link is missing or unfit."""

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from appliance.errors import ApplianceError
from appliance.tls import authority, request
from appliance.tls.directory import File
from appliance.tls.encoding import certificates_in
from tests.appliance.tls.answers import ISSUING, LOWER, ROOT, WEAK_BITS, assert_refused, requested_key, take
from tests.appliance.tls.company import (
    DAY,
    NAMES,
    NOW,
    leaf_draft,
    new_authority,
    new_key,
    signed,
    signed_with_sha1,
    titled,
)


def test_a_leaf_alone_is_an_incomplete_chain(asked):
    leaf = signed(leaf_draft(requested_key(asked)), ISSUING)
    assert_refused(asked, "'Corp Issuing', which signed 'box.example', is missing", leaf)


def test_a_link_in_the_middle_that_is_missing_is_named(asked):
    leaf = signed(leaf_draft(requested_key(asked)), LOWER)
    sentence = "'Corp Issuing', which signed 'Corp Lower', is missing. .* not belong there: 'Corp Root'"
    assert_refused(asked, sentence, leaf, LOWER.certificate, ROOT.certificate)


def test_a_certificate_that_is_signed_by_itself_is_refused(directory):
    key = new_key()
    leaf = leaf_draft(key.public_key()).signed_by(None, key)
    delivery = request.Delivery(key=key, certificates=[leaf])
    with pytest.raises(ApplianceError, match="signed by itself"):
        request.import_files(directory, delivery, NAMES, NOW)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"is_authority": False}, "does not allow it to sign"),
        ({"begin": NOW - 9 * DAY, "end": NOW - DAY}, "'Corp Odd' ended on"),
        ({"begin": NOW + DAY}, "'Corp Odd' is valid from"),
        (
            {"extensions": [x509.NameConstraints([x509.DNSName("elsewhere.example")], None)]},
            "Browsers would refuse .* permitted subtree violation",
        ),
    ],
)
def test_an_authority_in_the_chain_that_may_not_sign_is_refused(asked, changes, sentence):
    odd = new_authority("Corp Odd", ROOT, **changes)
    leaf = signed(leaf_draft(requested_key(asked)), odd)
    assert_refused(asked, sentence, leaf, odd.certificate, ROOT.certificate)


def test_a_certificate_signed_with_sha1_is_refused(directory, tmp_path):
    key = new_key()
    leaf = signed_with_sha1(leaf_draft(key.public_key()).signed_by(None, key), ROOT, tmp_path)
    delivery = request.Delivery(key=key, certificates=[leaf, ROOT.certificate])
    with pytest.raises(ApplianceError, match="The certificate is signed with SHA-1"):
        request.import_files(directory, delivery, NAMES, NOW)


def test_an_authority_signed_with_sha1_is_refused(asked, tmp_path):
    odd = new_authority("Corp Odd")
    certificate = signed_with_sha1(odd.certificate, ROOT, tmp_path)
    leaf = signed(leaf_draft(requested_key(asked)), odd)
    assert_refused(asked, "'Corp Odd' is signed with SHA-1", leaf, certificate, ROOT.certificate)


def test_more_authorities_below_one_than_it_allows_are_refused(asked):
    key = new_key()
    own = authority.new_authority(NAMES, NOW)
    below = signed(leaf_draft(key.public_key(), subject=titled("Corp Odd"), is_authority=True), own)
    leaf = signed(leaf_draft(requested_key(asked)), authority.Identity(key=key, certificate=below))
    assert_refused(asked, "allows 0 authorities below it, and there are 1", leaf, below, own.certificate)


def test_a_root_signed_with_sha1_is_taken_since_nobody_checks_its_signature(asked, tmp_path):
    leaf = signed(leaf_draft(requested_key(asked)), ISSUING)
    root = signed_with_sha1(ROOT.certificate, ROOT, tmp_path)
    take(asked, root, leaf, ISSUING.certificate)
    assert certificates_in(asked.read(File.BOX), "") == [leaf, ISSUING.certificate]


@pytest.mark.parametrize("with_root", [True, False])
def test_a_chain_in_any_order_is_put_into_order_without_its_root(asked, with_root):
    leaf = signed(leaf_draft(requested_key(asked)), LOWER)
    stranger = signed(leaf_draft(new_key().public_key(), subject=titled("stranger")), ROOT)
    files = [ISSUING.certificate, stranger, leaf, LOWER.certificate, *([ROOT.certificate] if with_root else [])]
    outcome = take(asked, *files)
    assert certificates_in(asked.read(File.BOX), "") == [leaf, LOWER.certificate, ISSUING.certificate]
    assert "Corp Root" in outcome.sentences[-1]
    assert ("not among the files" in outcome.sentences[-1]) is not with_root


def test_an_authority_with_a_weak_key_is_refused(asked):
    weak = rsa.generate_private_key(65537, WEAK_BITS)
    certificate = new_authority("Corp Weak", ROOT, key=weak.public_key()).certificate
    leaf = leaf_draft(requested_key(asked)).signed_by(certificate, weak)
    assert_refused(asked, "'Corp Weak' has an RSA key of 1024 bits", leaf, certificate, ROOT.certificate)
