"""Servers that are none, or that ask for what they must not have."""

from datetime import UTC, datetime

import pytest

from appliance.errors import ApplianceError
from appliance.tls.acme import client as acme_client
from appliance.tls.acme.account import Server
from appliance.tls.acme.connecting import ANSWER_BYTES_MAX, Place, Way
from appliance.tls.acme.renewing import Surroundings, Wish, take
from appliance.tls.encoding import pem_of_chain
from tests.appliance.tls.acme.conftest import NAMES
from tests.appliance.tls.acme.hostile import Script, answering
from tests.appliance.tls.acme.running_pebble import ROOT
from tests.appliance.tls.company import new_key

HTTP = {"type": "http-01", "url": "{url}/challenge", "token": "a-token-of-24-characters"}


def authorization(**changes):
    pending = {"status": "pending", "identifier": {"type": "dns", "value": "box.example"}, "challenges": [HTTP]}
    return {"/order": {"status": "pending", "authorizations": ["{url}/1"]}, "/1": pending | changes}


def refused_by(script, directory, tmp_path):
    """Return what is said, and hold that nothing was written anywhere."""
    answers = tmp_path / "served" / "answers"
    answers.mkdir(parents=True)
    with answering(script, tmp_path) as running:
        server = Server(directory=f"{running.url}/dir", roots=pem_of_chain(ROOT.certificate).decode())
        with pytest.raises(ApplianceError) as refused:
            take(directory, Wish(server=server, names=NAMES), Surroundings(answers=answers), lambda: datetime.now(UTC))
    assert [path for path in answers.parent.rglob("*") if path.is_file()] == []
    assert refused.value.hint
    return refused.value.message.replace(running.url.removeprefix("https://"), "SERVER")


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({"/dir": b"<!DOCTYPE html>"}, "What SERVER answers is not what an ACME server says."),
        ({"/dir": []}, "What SERVER answers is not what an ACME server says."),
        ({"/dir": {"keys": []}}, "There is no ACME directory at https://SERVER/dir: it answers with status 200."),
        ({"/dir": b" " * (ANSWER_BYTES_MAX + 2)}, "The ACME server SERVER cannot be asked: it sends more than 1 MiB."),
        ({"/order": {"status": "pending"}}, "The ACME server SERVER does not say what is to be proved."),
        (
            {"/order": {"status": "ready", "authorizations": []}},
            "The ACME server SERVER says nothing of 'finalize', which must be said.",
        ),
        (
            {"/order": {"status": "invalid", "authorizations": []}},
            "The ACME server SERVER refuses box.example, models.corp.example, 127.0.0.1: the order is invalid.",
        ),
        (
            authorization(challenges=[{"type": "dns-01"}, {"type": "tls-alpn-01"}]),
            "The ACME server SERVER takes no proof by http-01 for box.example; it offers dns-01, tls-alpn-01.",
        ),
        (
            authorization(challenges=[{"type": "\x1b[31mdns"}], identifier={"type": "dns", "value": "box\n.example"}),
            "The ACME server SERVER takes no proof by http-01 for box .example; it offers [31mdns.",
        ),
        (
            authorization(challenges=[HTTP | {"token": "../../../../etc/cron.d/box"}]),
            "The ACME server SERVER asks for an answer under a name that cannot be one: '../../../../etc/cron.d/box'.",
        ),
        (
            authorization(challenges=[HTTP | {"url": "http://127.0.0.1/challenge"}]),
            "'http://127.0.0.1/challenge' is not an address of an ACME server: these begin with https://.",
        ),
    ],
)
def test_what_a_wrong_server_says_is_told(directory, tmp_path, answers, sentence):
    assert refused_by(Script(answers), directory, tmp_path) == sentence


def test_a_server_that_takes_none_of_its_nonces(directory, tmp_path):
    bad = {"type": "urn:ietf:params:acme:error:badNonce"}
    script = Script({"/order": bad, "/account": bad}, status=200)
    with answering(script, tmp_path) as running:
        server = Server(directory=f"{running.url}/dir", roots=pem_of_chain(ROOT.certificate).decode())
        client = acme_client.Client(way=Way(roots=server.roots), address=server.directory, key=new_key())
        assert client.directory
        script.status = 400
        with pytest.raises(ApplianceError, match="took none of 25 nonces of its own"):
            client.post(f"{running.url}/order", {})


def test_a_server_without_nonces(directory, tmp_path):
    script = Script({}, headers={})
    assert refused_by(script, directory, tmp_path) == "The ACME server SERVER gives out no nonce."


def test_a_status_without_a_reason_is_told(directory, tmp_path):
    script = Script({"/dir": {"newNonce": "https://127.0.0.1:9/n", "newAccount": "x", "newOrder": "y"}}, status=503)
    assert "it answers with status 503" in refused_by(script, directory, tmp_path)


def test_a_server_that_wants_patience_beyond_ours_is_not_waited_for(directory, tmp_path):
    script = Script(authorization(), headers={"Replay-Nonce": "nonce", "Retry-After": "3600"})
    assert "is not done with a proof after 90 seconds" in refused_by(script, directory, tmp_path)


def test_a_server_that_is_never_done(directory, tmp_path, monkeypatch):
    monkeypatch.setattr(acme_client, "PATIENCE_S", 1.0)
    said = refused_by(Script(authorization()), directory, tmp_path)
    assert said == "The ACME server SERVER is not done with a proof after 1 seconds."


@pytest.mark.parametrize(
    "url",
    [
        *("http://ca.example/dir", "ca.example/dir", "https://", "https://user:secret@ca.example/dir", "file:///etc"),
        *("https://ca.example:port/dir", "https://ca.example/dir x", "https://ca.example/\r\nHost: other", ""),
    ],
)
def test_what_is_no_address_is_told(url):
    with pytest.raises(ApplianceError, match="is not an address of an ACME server") as refused:
        Place.of(url)
    assert "https://ca.corp.example" in refused.value.hint


@pytest.mark.parametrize(
    ("url", "text", "path"),
    [
        ("https://ca.example/dir?a=1", "ca.example:443", "/dir?a=1"),
        ("https://[fd00::1]:9000", "[fd00::1]:9000", "/"),
    ],
)
def test_an_address_is_read(url, text, path):
    place = Place.of(url)
    assert (place.text, place.path) == (text, path)
