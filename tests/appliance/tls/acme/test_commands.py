"""What `bastide tls acme` and then `tls renew` print."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from appliance.errors import ApplianceError
from appliance.tls import commands as tls
from appliance.tls import keeping
from appliance.tls.acme.commands import Asked, acme_lines, renew_lines
from appliance.tls.directory import File, Mode
from appliance.tls.encoding import fingerprint, pem_of_chain, pem_of_key
from appliance.tls.keeping import leaf_of
from appliance.tls.names import names_of
from tests.appliance.tls.acme.conftest import NAMES
from tests.appliance.tls.acme.running_pebble import ROOT
from tests.appliance.tls.company import leaf_draft, new_key, signed


def clock():
    return datetime.now(UTC)


@pytest.fixture
def asked(pebble, tmp_path):
    (tmp_path / "root.crt").write_text(pebble.roots)
    return Asked(directory=pebble.url, names=NAMES.texts, root=tmp_path / "root.crt", agrees=True)


@pytest.fixture
def told(directory, asked, surroundings):
    return acme_lines(directory, asked, surroundings, clock)


def test_the_roots_and_what_comes_of_it_are_told(told):
    assert told[0] == f"It is held against 'Corp Root', SHA-256 {fingerprint(ROOT.certificate)}"
    assert told[1].startswith("It is held against 'Pebble Root CA")
    assert told[2].startswith(
        "The box has the certificate for box.example, models.corp.example, 127.0.0.1, valid until"
    )
    assert told[-1] == "It is renewed by itself when a third of its life is left."


def test_status_tells_who_signs_and_where_it_is_renewed(directory, told, asked):
    text = "\n".join(tls.status_lines(directory, clock()))
    assert "(by ACME)" in text
    assert f"renewed by                  {asked.directory}" in text
    assert "89 days left" in text


def test_what_is_not_due_is_left_alone(directory, told, surroundings):
    before = directory.read(File.BOX)
    good = ["The certificate is good; nothing was changed."]
    assert renew_lines(directory, [], surroundings, clock) == good
    assert renew_lines(directory, NAMES.texts, surroundings, clock) == good
    assert directory.read(File.BOX) == before


def test_what_is_due_is_renewed_for_the_names_that_it_has(directory, told, surroundings):
    before = directory.read(File.BOX)
    lines = renew_lines(directory, [], surroundings, lambda: clock() + timedelta(days=61))
    assert lines[0].startswith("The box has the certificate for box.example, models.corp.example, 127.0.0.1")
    assert directory.read(File.BOX) != before


def test_other_names_and_force_renew_at_once(directory, told, surroundings):
    lines = renew_lines(directory, ["box.example"], surroundings, clock)
    assert lines[0].startswith("The box has the certificate for box.example, valid until")
    before = directory.read(File.BOX)
    renew_lines(directory, [], surroundings, clock, force=True)
    assert directory.read(File.BOX) != before


def test_an_installation_asks_nobody_and_says_what_to_type(directory, told):
    names = names_of([*NAMES.texts, "new.example"])
    outcome = keeping.ensure(directory, names, clock())
    assert (outcome.is_changed, directory.mode) == (False, Mode.ACME)
    assert outcome.sentences[0].endswith(
        "sudo bastide tls renew --name box.example --name models.corp.example --name new.example --name 127.0.0.1"
    )


def test_files_that_are_imported_end_it(directory, told, tmp_path):
    key = new_key()
    leaf = signed(leaf_draft(key.public_key(), NAMES), ROOT)
    (tmp_path / "both.pem").write_bytes(pem_of_chain(leaf, ROOT.certificate))
    (tmp_path / "box.key").write_bytes(pem_of_key(key))
    tls.import_lines(directory, tls.Import(files=[tmp_path / "both.pem"], key=tmp_path / "box.key"), clock())
    assert directory.mode is Mode.FILES
    assert directory.read(File.ACME) is None
    assert leaf_of(directory) == leaf


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"directory": "http://ca.example"}, "is not an address of an ACME server"),
        ({"contact": "nobody"}, "The contact 'nobody' is not an e-mail address."),
        ({"contact": "a@b.example?cc=c@d.example"}, "is not an e-mail address"),
        ({"eab_kid": "box-1"}, "an external account needs both"),
        ({"names": []}, "The box has no name yet."),
        ({"names": ["no name"]}, "The name 'no name' is not a host name."),
    ],
)
def test_what_cannot_be_meant_is_told_before_anybody_is_asked(directory, asked, surroundings, changes, sentence):
    with pytest.raises(ApplianceError, match=sentence) as refused:
        acme_lines(directory, replace(asked, **changes), surroundings, clock)
    assert refused.value.hint
    assert directory.read(File.ACME_ACCOUNTS) is None


def test_a_root_that_is_none_is_told(directory, asked, surroundings, tmp_path):
    (tmp_path / "leaf.crt").write_bytes(pem_of_chain(signed(leaf_draft(new_key().public_key()), ROOT)))
    with pytest.raises(
        ApplianceError, match=r"leaf\.crt holds the certificate of 'box.example', which is no authority"
    ):
        acme_lines(directory, replace(asked, root=tmp_path / "leaf.crt"), surroundings, clock)


@pytest.mark.parametrize(("file", "content"), [(File.ACME, None), (File.ACME, b"{}"), (File.ACME_ACCOUNTS, b"[]")])
def test_what_was_spoilt_by_hand_is_told(directory, told, surroundings, file, content):
    with directory.locked():
        directory.change({file: content})
    with pytest.raises(ApplianceError, match=rf"{file}") as refused:
        renew_lines(directory, [], surroundings, clock, force=True)
    assert "sudo bastide tls acme --directory" in refused.value.hint
