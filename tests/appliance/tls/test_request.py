"""The request for a company's authority, and every reason for which its answer is not taken."""

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import ExtendedKeyUsageOID

from appliance.errors import ApplianceError
from appliance.tls import keeping, request
from appliance.tls.authority import alternative_names, names_in
from appliance.tls.directory import File, Mode
from appliance.tls.names import names_of
from appliance.tls.request import Given, KeyKind
from appliance.tls.status import status
from tests.appliance.tls.answers import ISSUING, ROOT, WEAK_BITS, assert_refused, requested_key, take
from tests.appliance.tls.company import (
    DAY,
    NAMES,
    NOW,
    OTHER_NAMES,
    leaf_draft,
    new_key,
    signed,
)

CLIENT_ONLY = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
SERVER = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])


def test_a_request_holds_all_names_and_leaves_the_certificate_alone(directory):
    before = directory.read(File.BOX)
    made, is_new = request.request(directory, NAMES)
    signed_request = x509.load_pem_x509_csr(made)
    assert is_new
    assert signed_request.is_signature_valid
    assert names_in(signed_request) == NAMES
    assert directory.read(File.BOX) == before
    assert status(directory, NOW).is_request_open


def test_a_request_that_is_open_stays_until_another_is_wanted(asked):
    held = asked.read(File.REQUEST)
    assert request.request(asked, NAMES) == (held, False)
    assert request.request(asked, NAMES, is_anew=True)[0] != held
    assert request.request(asked, OTHER_NAMES)[1]
    assert request.request(asked, OTHER_NAMES, KeyKind.RSA)[1]
    assert isinstance(requested_key(asked), rsa.RSAPublicKey)


def test_a_request_whose_key_is_lost_is_made_anew(asked):
    asked.change({File.REQUEST_KEY: None})
    assert request.request(asked, NAMES)[1]


def test_without_a_request_there_is_no_answer(directory):
    assert_refused(directory, "No request is open", ROOT.certificate)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "not a certificate"),
        (b"Dear colleague, enclosed", "not a certificate"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "not a certificate"),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "holds no whole certificate"),
        (b"-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n", "is a request"),
        (b"-----BEGIN PKCS7-----\nAAAA\n-----END PKCS7-----\n", "not a certificate"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n", "no whole certificate"),
    ],
)
def test_what_is_no_certificate_is_refused(asked, content, sentence):
    with pytest.raises(ApplianceError, match=sentence):
        request.import_answer(asked, [Given(name="answer.cer", content=content)], None, NOW)


def test_a_certificate_for_another_key_is_refused(asked):
    other = signed(leaf_draft(new_key().public_key()), ROOT)
    assert_refused(asked, "None of the certificates belongs to the key: 'box.example'", other)


def test_an_answer_to_an_older_request_is_refused(asked):
    answer = signed(leaf_draft(requested_key(asked)), ROOT)
    request.request(asked, NAMES, is_anew=True)
    assert_refused(asked, "None of the certificates belongs to the key", answer, ROOT.certificate)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"begin": NOW + DAY}, "is valid from .* only"),
        ({"begin": NOW - 9 * DAY, "end": NOW - DAY}, "ended on"),
        ({"end": NOW + 900 * DAY}, "valid for 901 days"),
        ({"is_authority": True}, "one of an authority"),
        ({"extensions": [alternative_names(NAMES)]}, "not one of a server"),
        ({"extensions": [alternative_names(NAMES), CLIENT_ONLY]}, "not one of a server"),
        ({"extensions": [SERVER]}, "names none at all"),
        (
            {"extensions": [SERVER, alternative_names(names_of(["box.example"]))]},
            "not for models.corp.example, 127.0.0.1",
        ),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_a_certificate_that_browsers_would_refuse_is_refused(asked, changes, sentence):
    leaf = signed(leaf_draft(requested_key(asked), **changes), ROOT)
    assert_refused(asked, sentence, leaf, ROOT.certificate)


def test_a_key_usage_without_signatures_is_refused(asked):
    usage = x509.KeyUsage(False, False, True, False, False, False, False, False, False)  # key encipherment alone
    draft = leaf_draft(requested_key(asked), extensions=[alternative_names(NAMES), SERVER, usage])
    assert_refused(asked, "lacks 'digital signature'", signed(draft, ROOT), ROOT.certificate)


def test_a_certificate_as_windows_authorities_issue_it_is_taken(asked):
    usage = x509.KeyUsage(True, False, True, False, False, False, False, False, False)
    extensions = [alternative_names(NAMES), SERVER, usage]
    draft = leaf_draft(requested_key(asked), extensions=extensions, has_basic_constraints=False)
    assert take(asked, signed(draft, ISSUING), ISSUING.certificate, ROOT.certificate).is_changed


def test_a_wildcard_stands_for_one_label(asked):
    held = names_of(["127.0.0.1"])
    wild = [x509.DNSName("*.box.example"), x509.DNSName("*.corp.example"), *alternative_names(held)]
    draft = leaf_draft(requested_key(asked), extensions=[SERVER, x509.SubjectAlternativeName(wild)])
    leaf = signed(draft, ROOT)
    deep = names_of(["a.box.example", "a.b.box.example", "box.example"])
    assert_refused(asked, r"not for a\.b\.box\.example, box\.example", leaf, ROOT.certificate, names=deep)
    assert take(asked, leaf, ROOT.certificate, names=names_of(["a.box.example", "127.0.0.1"])).is_changed


@pytest.mark.parametrize("way", ["der", "p7b", "pem p7b"])
def test_an_answer_is_taken_in_every_form_that_authorities_send(asked, way):
    leaf = signed(leaf_draft(requested_key(asked)), ROOT)
    both = [leaf, ROOT.certificate]
    contents = {
        "der": [each.public_bytes(Encoding.DER) for each in both],
        "p7b": [pkcs7.serialize_certificates(both, Encoding.DER)],
        "pem p7b": [pkcs7.serialize_certificates(both, Encoding.PEM)],
    }[way]
    answer = [Given(name="answer", content=content) for content in contents]
    assert request.import_answer(asked, answer, None, NOW).is_changed


def test_a_taken_answer_closes_the_request_and_is_not_renewed_by_the_box(asked):
    take(asked, signed(leaf_draft(requested_key(asked)), ROOT), ROOT.certificate)
    held = status(asked, NOW)
    assert (held.mode, held.issuer, held.is_request_open) == (Mode.COMPANY, "Corp Root", False)
    assert held.authority_sha256 is None
    assert not keeping.renew(asked, NOW + 80 * DAY).is_changed
    with pytest.raises(ApplianceError, match="signed elsewhere"):
        keeping.renew(asked, NOW, force=True)
    assert keeping.ensure(asked, NAMES, NOW) == keeping.Outcome(is_changed=False)
    assert "not for bank.example" in keeping.ensure(asked, OTHER_NAMES, NOW).sentences[0]


def test_the_box_returns_to_its_own_authority_which_is_the_same_as_before(asked):
    before = asked.read(File.AUTHORITY)
    take(asked, signed(leaf_draft(requested_key(asked)), ROOT), ROOT.certificate)
    outcome = keeping.return_to_own(asked, NAMES, NOW)
    assert (outcome.is_changed, outcome.is_authority_new) == (True, False)
    assert (asked.mode, asked.read(File.AUTHORITY)) == (Mode.OWN, before)


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        (rsa.generate_private_key(65537, WEAK_BITS), "RSA key of 1024 bits"),
        (ec.generate_private_key(ec.SECP256K1()), "a kind that browsers do not take"),
        (ed25519.Ed25519PrivateKey.generate(), "a kind that browsers do not take"),
    ],
)
def test_weak_and_odd_keys_are_refused(directory, key, sentence):
    leaf = signed(leaf_draft(key.public_key()), ROOT)
    delivery = request.Delivery(key=key, certificates=[leaf, ROOT.certificate])
    with pytest.raises(ApplianceError, match=sentence):
        request.import_files(directory, delivery, NAMES, NOW)


def test_several_answers_to_one_request_give_the_newest(asked):
    older, newer = (signed(leaf_draft(requested_key(asked), begin=NOW - days * DAY), ROOT) for days in (9, 1))
    take(asked, older, newer, ROOT.certificate)
    assert keeping.leaf_of(asked) == newer
