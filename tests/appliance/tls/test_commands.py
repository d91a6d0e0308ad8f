"""What `bastide tls` prints."""

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

from appliance.errors import ApplianceError
from appliance.tls import commands
from appliance.tls.commands import Import
from appliance.tls.directory import File
from appliance.tls.encoding import pem_of_chain, pem_of_key
from appliance.tls.names import Names
from appliance.tls.request import KeyKind
from appliance.tls.status import status
from tests.appliance.tls.company import DAY, NAMES, NOW, leaf_draft, new_authority, new_key, signed

ROOT = new_authority("Corp Root")


def answer_to(directory, at):
    """Write what a company's authority answers to the request that is open."""
    requested = x509.load_pem_x509_csr(directory.read(File.REQUEST))
    file = at / "answer.pem"
    file.write_bytes(pem_of_chain(signed(leaf_draft(requested.public_key()), ROOT), ROOT.certificate))
    return file


def test_before_there_is_a_certificate_each_command_says_what_to_do(empty):
    for command in (
        lambda: commands.status_lines(empty, NOW),
        lambda: commands.renew_lines(empty, [], NOW),
        lambda: commands.renew_lines(empty, [], NOW, own=True),
        lambda: commands.request_lines(empty, []),
    ):
        with pytest.raises(ApplianceError) as refused:
            command()
        assert "--name" in refused.value.hint


def test_status_tells_names_time_and_fingerprints(directory):
    text = "\n".join(commands.status_lines(directory, NOW))
    held = status(directory, NOW)
    assert "box.example, models.corp.example, 127.0.0.1" in text
    assert "Bastide on box.example (the box's own authority)" in text
    assert "89 days left" in text
    assert "none open" in text
    assert held.authority_sha256
    assert [pair for pair in (held.leaf_sha256[:23], held.authority_sha256[-23:]) if pair not in text] == []


def test_status_ends_with_the_warnings(directory):
    assert "The certificate ends in 9 days" in commands.status_lines(directory, NOW + 80 * DAY)[-1]
    assert "(ended)" in "\n".join(commands.status_lines(directory, NOW + 91 * DAY))


def test_renew_makes_the_first_certificate_and_then_has_nothing_to_do(empty):
    assert "new certificate authority" in commands.renew_lines(empty, NAMES.texts, NOW)[0]
    assert commands.renew_lines(empty, NAMES.texts, NOW) == ["The certificate is good; nothing was changed."]
    assert commands.renew_lines(empty, [], NOW) == ["The certificate is good; nothing was changed."]
    assert "it was asked for" in commands.renew_lines(empty, [], NOW, force=True)[0]


def test_names_and_force_do_not_go_together(directory):
    with pytest.raises(ApplianceError, match="do not go together"):
        commands.renew_lines(directory, ["box.example"], NOW, force=True)


def test_a_request_is_printed_whole_and_says_what_to_do(directory):
    made, lines = commands.request_lines(directory, [], kind=KeyKind.RSA)
    assert "\n".join(made) + "\n" == directory.path(File.REQUEST).read_text()
    assert "This request is new; it is for box.example, models.corp.example, 127.0.0.1." in lines
    assert "open already" in commands.request_lines(directory, NAMES.texts, kind=KeyKind.RSA)[1][0]


def test_an_answer_is_imported_and_the_box_returns_to_its_own(directory, tmp_path):
    commands.request_lines(directory, [])
    lines = commands.import_lines(directory, Import(files=[answer_to(directory, tmp_path)]), NOW)
    assert lines[-1] == "Browsers must trust 'Corp Root'."
    assert "(the company's authority)" in "\n".join(commands.status_lines(directory, NOW))
    assert "new certificate" in commands.renew_lines(directory, [], NOW, own=True)[0]


def test_files_that_cannot_be_read_are_named(directory, tmp_path):
    with pytest.raises(ApplianceError, match=r"none\.pem cannot be read: No such file"):
        commands.import_lines(directory, Import(files=[tmp_path / "none.pem"]), NOW)


def test_a_file_that_is_far_too_large_is_refused(directory, tmp_path):
    (tmp_path / "disk.img").write_bytes(bytes(commands.FILE_BYTES_MAX + 1))
    with pytest.raises(ApplianceError, match="more than 1 MiB"):
        commands.import_lines(directory, Import(files=[tmp_path / "disk.img"]), NOW)


@pytest.fixture
def files(tmp_path):
    """Return a directory with the same key and certificate as plain files and as a bundle."""
    key = new_key()
    leaf = signed(leaf_draft(key.public_key()), ROOT)
    (tmp_path / "box.key").write_bytes(pem_of_key(key))
    (tmp_path / "box.crt").write_bytes(pem_of_chain(leaf, ROOT.certificate))
    lock = BestAvailableEncryption(b"secret")
    bundle = pkcs12.serialize_key_and_certificates(b"box", key, leaf, [ROOT.certificate], lock)
    (tmp_path / "box.pfx").write_bytes(bundle)
    (tmp_path / "password").write_text("secret\n")
    return tmp_path


def test_plain_files_are_imported(directory, files):
    lines = commands.import_lines(directory, Import(files=[files / "box.crt"], key=files / "box.key"), NOW)
    assert lines[0].startswith("The box has the certificate for box.example")


def test_a_bundle_is_imported_with_its_password(directory, files):
    wanted = Import(files=[files / "box.pfx"], password_file=files / "password", names=["box.example"])
    assert commands.import_lines(directory, wanted, NOW)[0].startswith("The box has the certificate for box.example,")


def test_a_wildcard_does_not_tell_the_names(directory, tmp_path):
    key = new_key()
    leaf = signed(leaf_draft(key.public_key(), Names(dns=("*.corp.example",))), ROOT)
    (tmp_path / "both.pem").write_bytes(pem_of_key(key) + pem_of_chain(leaf, ROOT.certificate))
    file = tmp_path / "both.pem"
    commands.import_lines(directory, Import(files=[file], key=file, names=["models.corp.example"]), NOW)
    with pytest.raises(ApplianceError, match="does not tell the names"):
        commands.renew_lines(directory, [], NOW, own=True)


def test_two_bundles_at_once_are_refused(directory, files):
    with pytest.raises(ApplianceError, match="2 PKCS#12 files"):
        commands.import_lines(directory, Import(files=[files / "box.pfx", files / "box.pfx"]), NOW)
