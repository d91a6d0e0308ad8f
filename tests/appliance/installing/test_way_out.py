"""Proxies and authorities, as an admin may have set them."""

import socket
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from appliance.checks.check import Status
from appliance.installing import way_out

NOW = datetime(2026, 11, 26, tzinfo=UTC)


def authority(ends: datetime) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Company")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(7).not_valid_before(ends - timedelta(days=400)).not_valid_after(ends)
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM).decode()


def test_proxies_are_found_wherever_they_are_set_and_their_passwords_are_not_told():
    shell = {"https_proxy": "http://ada:secret@proxy.corp.example:3128", "no_proxy": "localhost"}
    apt = 'Acquire::http::Proxy "http://cache.corp.example:3142";\nAcquire::https::Proxy "DIRECT";\n'
    assert way_out.proxies(shell, apt) == ("http://proxy.corp.example:3128", "http://cache.corp.example:3142")


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("proxy.corp.example:8080", "http://proxy.corp.example:8080"),
        ("http://proxy.corp.example", "http://proxy.corp.example:80"),
        ("http://[::1]:3128/", "http://[::1]:3128"),
        ("socks5h://10.0.0.1", "socks5h://10.0.0.1:1080"),
        ("http://ada:secret@proxy:port", "proxy:port"),
    ],
)
def test_an_address_is_read_as_programs_read_it(text, address):
    assert way_out.proxies({"http_proxy": text}, "") == (address,)


def test_a_proxy_that_does_not_answer_is_named(monkeypatch):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    for name in way_out.PROXY_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{port}")
    check = way_out.check_proxy()
    assert check.status is Status.FAILED
    assert f"http://127.0.0.1:{port} does not answer" in check.measured


def test_a_proxy_that_answers_passes(monkeypatch):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        for name in way_out.PROXY_VARIABLES:
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{listener.getsockname()[1]}")
        found = way_out.proxies({"https_proxy": f"http://127.0.0.1:{listener.getsockname()[1]}"}, "")
        assert way_out.judge_proxies(found, [each for each in found if not way_out._answers(each)]).status is (
            Status.PASSED
        )


@pytest.fixture
def judged(tmp_path, monkeypatch):
    """Look at a directory of authorities, of which `trusted` is what update-ca-certificates made."""
    monkeypatch.setattr(way_out, "OWN_AUTHORITIES", tmp_path / "own")
    monkeypatch.setattr(way_out, "TRUSTED", tmp_path / "trusted.crt")
    (tmp_path / "own").mkdir()

    def look(files, trusted=""):
        for name, content in files.items():
            (tmp_path / "own" / name).write_text(content)
        (tmp_path / "trusted.crt").write_text(trusted)
        return way_out.check_authorities()

    return look


def test_an_authority_that_is_trusted_passes(judged):
    good = authority(datetime.now(UTC) + timedelta(days=100))
    check = judged({"company.crt": good}, trusted=authority(NOW) + good)
    assert (check.status, check.measured) == (Status.PASSED, "1 trusted")


def test_no_authority_of_ones_own_passes(judged):
    assert judged({}).status is Status.PASSED


def test_an_authority_that_was_only_put_there_is_told_with_what_to_type(judged):
    check = judged({"company.crt": authority(datetime.now(UTC) + timedelta(days=100))})
    assert check.status is Status.WARNING
    assert check.hint == "sudo update-ca-certificates"


def test_an_authority_that_has_ended_is_told(judged):
    old = authority(datetime.now(UTC) - timedelta(days=1))
    assert "has ended" in judged({"company.crt": old}, trusted=old).measured


def test_a_name_that_debian_does_not_look_at_is_told(judged):
    check = judged({"company.pem": authority(datetime.now(UTC) + timedelta(days=100))})
    assert "does not end in .crt" in check.measured
    assert "company.crt && sudo update-ca-certificates" in check.hint


def test_what_is_no_certificate_is_told(judged):
    assert "no certificate in PEM" in judged({"company.crt": "0\x82 binary"}).measured
