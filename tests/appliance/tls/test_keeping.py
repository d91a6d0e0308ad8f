"""The certificate of a box is made once, renewed in time, and otherwise left alone."""

import json
import ssl
import urllib.request
from datetime import UTC, datetime, timedelta

import pytest

from appliance.errors import ApplianceError
from appliance.tls import keeping
from appliance.tls.directory import File
from appliance.tls.encoding import certificates_in, fingerprint, pem_of_chain, pem_of_key
from appliance.tls.handshake import greet
from appliance.tls.names import names_of
from appliance.tls.status import status
from tests.appliance.tls.company import DAY, NAMES, NOW, OTHER_NAMES, leaf_draft, new_key, signed
from tests.appliance.tls.server import served

FEWER = names_of(["box.example"])
MORE = names_of([*NAMES.texts, "new.example"])


def contents(directory):
    return {file: directory.read(file) for file in File}


def changed(directory, before):
    return {file for file in File if directory.read(file) != before[file]}


def test_without_a_certificate_nothing_is_renewed(empty):
    with pytest.raises(ApplianceError, match="no certificate") as refused:
        keeping.renew(empty, NOW)
    assert "--name" in refused.value.hint


def test_the_first_time_authority_and_certificate_are_made(empty):
    outcome = keeping.ensure(empty, NAMES, NOW)
    assert (outcome.is_changed, outcome.is_authority_new) == (True, True)
    assert json.loads(empty.path(File.MODE).read_text()) == {"mode": "own"}
    authority = certificates_in(empty.path(File.AUTHORITY).read_bytes(), "")[0]
    assert fingerprint(authority) in " ".join(outcome.sentences)
    assert status(empty, NOW).names == NAMES


def test_the_second_time_nothing_changes(directory):
    before = contents(directory)
    assert keeping.ensure(directory, NAMES, NOW) == keeping.Outcome(is_changed=False)
    assert keeping.renew(directory, NOW + 59 * DAY) == keeping.Outcome(is_changed=False)
    assert changed(directory, before) == set()


@pytest.mark.parametrize("days", [61, 100, 1000])
def test_near_its_end_or_after_it_the_certificate_is_renewed_and_the_authority_stays(directory, days):
    before = contents(directory)
    assert keeping.ensure(directory, NAMES, NOW + days * DAY).is_changed
    assert changed(directory, before) == {File.BOX_KEY, File.BOX}


def test_force_renews_before_the_time(directory):
    before = contents(directory)
    assert "it was asked for" in keeping.renew(directory, NOW, force=True).sentences[0]
    assert changed(directory, before) == {File.BOX_KEY, File.BOX}


def test_a_name_less_needs_no_other_authority(directory):
    before = contents(directory)
    outcome = keeping.ensure(directory, FEWER, NOW)
    assert (outcome.is_authority_new, changed(directory, before)) == (False, {File.BOX_KEY, File.BOX})
    assert status(directory, NOW).names == FEWER


def test_a_name_more_needs_another_authority_and_says_so(directory):
    outcome = keeping.ensure(directory, MORE, NOW)
    assert outcome.is_authority_new
    assert "the one before may not vouch for new.example" in outcome.sentences[0]
    assert status(directory, NOW).names == MORE


def test_an_authority_near_its_end_is_replaced(directory):
    outcome = keeping.ensure(directory, NAMES, NOW + timedelta(days=3600))
    assert outcome.is_authority_new
    assert "the one before ends on" in outcome.sentences[0]


def test_a_clock_that_was_ahead_is_mended(directory):
    keeping.renew(directory, NOW + 9 * DAY, force=True)
    assert "is not valid yet" in keeping.ensure(directory, NAMES, NOW).sentences[0]


def test_a_clock_that_went_back_makes_no_authority_that_all_must_trust_anew(directory):
    before = contents(directory)
    with pytest.raises(ApplianceError, match="the clock says 1970") as refused:
        keeping.renew(directory, datetime(1970, 1, 1, tzinfo=UTC))
    assert "timedatectl" in refused.value.hint
    assert changed(directory, before) == set()


def test_a_name_without_a_dot_is_remarked(empty):
    sentences = keeping.ensure(empty, names_of(["models", "localhost"]), NOW).sentences
    assert [sentence for sentence in sentences if "has no dot" in sentence] == [sentences[-1]]
    assert "'models'" in sentences[-1]


def test_a_key_of_another_certificate_is_told(directory):
    directory.change({File.AUTHORITY_KEY: directory.read(File.BOX_KEY)})
    with pytest.raises(ApplianceError, match="is not the key of"):
        keeping.ensure(directory, NAMES, NOW)


def test_a_certificate_that_is_lost_is_made_anew(directory):
    directory.change({File.BOX: None})
    assert "there was none" in keeping.ensure(directory, NAMES, NOW).sentences[0]


def test_a_certificate_of_another_authority_is_made_anew(directory, tmp_path):
    directory.change({File.AUTHORITY: None})
    keeping.ensure(directory, NAMES, NOW)
    other = contents(directory)
    keeping.renew(directory, NOW, force=True)
    keeping.ensure(directory, MORE, NOW)
    directory.change({file: other[file] for file in (File.BOX, File.BOX_KEY)})
    assert "not signed by the authority" in keeping.ensure(directory, NAMES, NOW).sentences[0]


def client(directory) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=directory.path(File.AUTHORITY))
    context.verify_flags |= ssl.VERIFY_X509_STRICT  # the default from Python 3.13 on
    return context


def test_a_python_client_with_the_authority_reads_a_page(directory):
    with (
        served(directory.path(File.BOX), directory.path(File.BOX_KEY)) as port,
        urllib.request.urlopen(f"https://127.0.0.1:{port}/", context=client(directory), timeout=10) as answer,
    ):
        assert b"The box answers" in answer.read()


def test_a_python_client_refuses_another_name_signed_with_the_same_key(directory, tmp_path):
    authority, key = keeping.authority_of(directory), new_key()
    assert authority, "The fixture made one"
    (tmp_path / "key").write_bytes(pem_of_key(key))
    (tmp_path / "leaf").write_bytes(pem_of_chain(signed(leaf_draft(key.public_key(), OTHER_NAMES), authority)))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(tmp_path / "leaf", tmp_path / "key")
    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree violation"):
        greet(client(directory), server, "bank.example")


def test_a_python_client_without_the_authority_is_refused(directory):
    with (
        served(directory.path(File.BOX), directory.path(File.BOX_KEY)) as port,
        pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"),
    ):
        urllib.request.urlopen(f"https://127.0.0.1:{port}/", timeout=10)
