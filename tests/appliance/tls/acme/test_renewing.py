"""A certificate from a real ACME server by a real nginx: gotten, refused, renewed; what serves stays as it fails."""

import json
import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from appliance.errors import ApplianceError
from appliance.tls import keeping
from appliance.tls.acme.account import Server, server_of
from appliance.tls.acme.renewing import is_due, take
from appliance.tls.acme.signing import Binding
from appliance.tls.authority import names_in
from appliance.tls.directory import File, Mode
from appliance.tls.encoding import certificates_in, is_of, key_in, pem_of_chain
from appliance.tls.keeping import leaf_of
from appliance.tls.names import names_of
from appliance.tls.request import KeyKind
from tests.appliance.tls.acme.conftest import NAMES
from tests.appliance.tls.acme.running_pebble import BLOCKED, KID, ROOT, SECRET, SECRET_TEXT, RunningPebble
from tests.appliance.tls.company import DAY, new_authority

OTHER_ROOT = new_authority("Other Root")
SERVING = (File.BOX, File.BOX_KEY, File.MODE)


def clock():
    return datetime.now(UTC)


def serving(directory):
    return {file: directory.read(file) for file in SERVING}


def assert_refused(directory, wish, surroundings, sentence):
    """Hold that nothing which serves was changed, and that no answer to a challenge is left."""
    before = serving(directory)
    with pytest.raises(ApplianceError, match=sentence) as refused:
        take(directory, wish, surroundings, clock)
    assert refused.value.hint
    assert serving(directory) == before
    assert list(surroundings.answers.iterdir()) == []
    return refused.value


@pytest.fixture
def signed_by_acme(directory, wish, surroundings):
    take(directory, wish, surroundings, clock)
    return directory


def test_the_box_gets_a_certificate_for_its_names_and_addresses(directory, wish, surroundings):
    outcome = take(directory, wish, surroundings, clock)
    leaf = leaf_of(directory)
    assert leaf
    assert directory.mode is Mode.ACME
    assert names_in(leaf).is_same_as(NAMES)
    assert is_of(key_in(directory.read(File.BOX_KEY), "box.key"), leaf)
    assert "box.example, models.corp.example, 127.0.0.1, valid until" in outcome.sentences[0]
    assert "Browsers must trust 'Pebble Root CA" in outcome.sentences[1]
    assert list(surroundings.answers.iterdir()) == []


def test_what_is_served_is_the_leaf_and_its_intermediates_without_the_root(signed_by_acme, pebble):
    chain = certificates_in(signed_by_acme.read(File.BOX), "box.crt")
    assert len(chain) == 2
    assert certificates_in(pebble.issuing_root.encode(), "root")[0] not in chain


def test_what_is_needed_to_renew_is_kept_and_the_key_of_the_account_for_root_alone(signed_by_acme, wish, pebble):
    assert server_of(signed_by_acme) == wish.server
    assert signed_by_acme.read(File.ACME_HOSTS) == f"BASTIDE_ACME_HOSTS=127.0.0.1:{pebble.port}\n".encode()
    account = json.loads(signed_by_acme.read(File.ACME_ACCOUNTS))[wish.server.directory]
    assert account["address"].startswith(f"https://127.0.0.1:{pebble.port}/")
    assert stat.S_IMODE(signed_by_acme.path(File.ACME_ACCOUNTS).stat().st_mode) == 0o600


def test_a_renewal_has_another_key_and_the_same_account(signed_by_acme, wish, surroundings):
    before, account = serving(signed_by_acme), signed_by_acme.read(File.ACME_ACCOUNTS)
    take(signed_by_acme, replace(wish, agrees=False), surroundings, lambda: clock() + 61 * DAY)
    after = serving(signed_by_acme)
    assert [file for file in SERVING if after[file] == before[file]] == [File.MODE]
    assert signed_by_acme.read(File.ACME_ACCOUNTS) == account


def test_an_rsa_key_is_renewed_as_one(directory, wish, surroundings):
    wanted = replace(wish, server=replace(wish.server, key_kind=KeyKind.RSA), names=names_of(["box.example"]))
    take(directory, wanted, surroundings, clock)
    assert server_of(directory) == wanted.server
    assert isinstance(key_in(directory.read(File.BOX_KEY), "box.key"), rsa.RSAPrivateKey)


def test_it_is_due_when_a_third_of_its_life_is_left(signed_by_acme):
    leaf = leaf_of(signed_by_acme)
    assert leaf
    third = (leaf.not_valid_after_utc - leaf.not_valid_before_utc) / 3
    assert not is_due(leaf, leaf.not_valid_after_utc - third)
    assert is_due(leaf, leaf.not_valid_after_utc - third + timedelta(seconds=1))


def test_a_server_that_forgot_the_account_gets_it_again(signed_by_acme, surroundings, http_port, tmp_path, wish):
    accounts = json.loads(signed_by_acme.read(File.ACME_ACCOUNTS))
    with RunningPebble(tmp_path / "pebble", http_port) as forgetful:
        moved = {
            forgetful.url: {
                **accounts[wish.server.directory],
                "address": f"https://127.0.0.1:{forgetful.port}/my-account/7",
            }
        }
        with signed_by_acme.locked():
            signed_by_acme.change({File.ACME_ACCOUNTS: json.dumps(moved).encode()})
        server = Server(directory=forgetful.url, roots=forgetful.roots)
        take(signed_by_acme, replace(wish, server=server), surroundings, clock)
    kept = json.loads(signed_by_acme.read(File.ACME_ACCOUNTS))[forgetful.url]
    assert kept["key"] == accounts[wish.server.directory]["key"]
    assert not kept["address"].endswith("/7")


def test_a_refused_name_is_named(directory, wish, surroundings):
    names = names_of([*NAMES.texts, BLOCKED])
    refused = assert_refused(directory, replace(wish, names=names), surroundings, f"refuses {BLOCKED}: .*policy")
    assert "--name" in refused.hint


def test_a_name_that_the_box_does_not_answer_by_is_named(directory, wish, surroundings):
    names = names_of(["box.example", "stranger.example"])
    refused = assert_refused(directory, replace(wish, names=names), surroundings, "is stranger.example: .*421")
    assert "box.example" not in refused.message
    assert "http://stranger.example/.well-known/acme-challenge/" in refused.hint


def test_each_name_that_fails_is_named(directory, wish, surroundings, tmp_path):
    (tmp_path / "nobody-serves-this").mkdir()
    elsewhere = replace(surroundings, answers=tmp_path / "nobody-serves-this")
    refused = assert_refused(directory, wish, elsewhere, "could not see that the box is")
    assert [name for name in NAMES.texts if f"{name}: " not in refused.message] == []


def test_a_port_where_nobody_answers_is_told(directory, wish, surroundings, tmp_path):
    with RunningPebble(tmp_path / "pebble", 9) as lost:
        there = replace(wish, server=Server(directory=lost.url, roots=lost.roots))
        refused = assert_refused(directory, there, surroundings, "connection refused")
    assert "port 80" in refused.hint


def test_a_server_that_another_root_vouches_for_is_not_spoken_to(directory, wish, surroundings):
    server = replace(wish.server, roots=pem_of_chain(OTHER_ROOT.certificate).decode())
    assert_refused(directory, replace(wish, server=server), surroundings, "does not prove itself by the root")
    assert directory.read(File.ACME_ACCOUNTS) is None


def test_without_a_root_the_server_must_be_one_that_the_machine_trusts(directory, wish, surroundings):
    server = replace(wish.server, roots=None)
    refused = assert_refused(directory, replace(wish, server=server), surroundings, "not one that this machine trusts")
    assert "--root FILE" in refused.hint


def test_a_certificate_that_leads_to_another_root_is_not_taken(directory, wish, surroundings):
    roots = pem_of_chain(ROOT.certificate, OTHER_ROOT.certificate).decode()
    there = replace(wish, server=replace(wish.server, roots=roots))
    sentence = "leads to 'Pebble Root CA .*', not to 'Corp Root', 'Other Root'"
    assert_refused(directory, there, surroundings, sentence)


def test_a_certificate_that_browsers_refuse_is_not_taken(directory, wish, surroundings, http_port, tmp_path):
    with RunningPebble(tmp_path / "pebble", http_port, {"certificateValidityPeriod": 900 * 86400}) as patient:
        there = replace(wish, server=Server(directory=patient.url, roots=patient.roots))
        assert_refused(directory, there, surroundings, "is not taken. The certificate is valid for 899 days")


def test_terms_are_agreed_to_by_somebody_and_not_by_the_box(directory, wish, surroundings):
    refused = assert_refused(
        directory, replace(wish, agrees=False), surroundings, "agree to its terms: data:text/plain"
    )
    assert refused.hint.endswith(f"--directory {wish.server.directory} --agree")


def test_a_failed_renewal_keeps_what_serves(signed_by_acme, wish, surroundings, tmp_path):
    gone = replace(wish, server=replace(wish.server, directory="https://127.0.0.1:9/dir"))
    refused = assert_refused(signed_by_acme, gone, surroundings, "127.0.0.1:9 cannot be asked: Connection refused")
    assert "curl -v https://127.0.0.1:9" in refused.hint
    assert server_of(signed_by_acme) == wish.server


def test_the_box_returns_to_its_own_authority_and_keeps_the_account(signed_by_acme):
    account = signed_by_acme.read(File.ACME_ACCOUNTS)
    keeping.return_to_own(signed_by_acme, NAMES, clock())
    assert signed_by_acme.mode is Mode.OWN
    assert [signed_by_acme.read(file) for file in (File.ACME, File.ACME_HOSTS)] == [None, None]
    assert signed_by_acme.read(File.ACME_ACCOUNTS) == account


def test_what_another_command_changed_meanwhile_stays(directory, wish, surroundings):
    def interrupted():
        keeping.renew(directory, clock(), force=True)
        between.update(serving(directory))
        return clock()

    between: dict[File, bytes | None] = {}
    with pytest.raises(ApplianceError, match="Another command changed the certificate meanwhile"):
        take(directory, wish, surroundings, interrupted)
    assert serving(directory) == between


@pytest.fixture(scope="module")
def guarded(http_port, tmp_path_factory):
    """An ACME server that gives accounts to those alone whom it knows."""
    settings = {"externalAccountBindingRequired": True, "externalAccountMACKeys": {KID: SECRET_TEXT}}
    with RunningPebble(tmp_path_factory.mktemp("guarded"), http_port, settings) as running:
        yield running


@pytest.fixture
def guarded_wish(guarded, wish):
    return replace(wish, server=Server(directory=guarded.url, roots=guarded.roots, contact="admin@corp.example"))


def test_who_has_no_external_account_is_told_how_to_give_one(directory, guarded_wish, surroundings):
    refused = assert_refused(directory, guarded_wish, surroundings, "only to whom it knows already")
    assert "--eab-kid KID --eab-hmac-file FILE" in refused.hint


def test_an_external_account_opens_the_door_once_for_all(directory, guarded_wish, surroundings):
    take(directory, replace(guarded_wish, binding=Binding(kid=KID, secret=SECRET)), surroundings, clock)
    assert directory.mode is Mode.ACME
    take(directory, guarded_wish, surroundings, clock)


@pytest.mark.parametrize(("kid", "secret"), [("nobody", SECRET), (KID, b"another secret, also 32 bytes ok")])
def test_a_wrong_external_account_is_refused_in_the_words_of_the_server(
    directory, guarded_wish, surroundings, kid, secret
):
    wrong = replace(guarded_wish, binding=Binding(kid=kid, secret=secret))
    assert_refused(directory, wrong, surroundings, r"The ACME server \S+ refuses: .*\((unauthorized|malformed)\)")
