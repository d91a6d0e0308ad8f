"""The page /trust and its files: complete, without scripts, and the same for the same authority."""

import base64
import json
import plistlib
import re
from html.parser import HTMLParser

import pytest
from cryptography import x509

from appliance import command
from appliance.errors import ApplianceError
from appliance.tls import keeping, trust
from appliance.tls.authority import new_authority
from appliance.tls.directory import File, Mode, mode_files
from appliance.tls.encoding import certificates_in, fingerprint
from appliance.tls.names import names_of
from tests.appliance.tls.company import NAMES, NOW

ONLY_ADDRESS = names_of(["2001:db8::5"])


@pytest.fixture
def pages(directory, tmp_path):
    target = tmp_path / "www" / "trust"
    assert trust.write_pages(directory, target, NOW)
    return target


@pytest.fixture
def authority(directory):
    return certificates_in(directory.read(File.AUTHORITY), "")[0]


class Reader(HTMLParser):
    """Collects the elements of a page."""

    def __init__(self, text):
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))


def test_without_a_certificate_there_is_nothing_to_offer(empty, tmp_path):
    with pytest.raises(ApplianceError, match="no certificate"):
        trust.write_pages(empty, tmp_path, NOW)


def test_a_target_that_cannot_be_written_is_told(directory, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ApplianceError, match="cannot be written"):
        trust.write_pages(directory, tmp_path / "file" / "www", NOW)


def test_everything_is_there_and_readable_by_the_web_server(pages):
    assert {each.name for each in pages.iterdir()} == set(trust.OFFERED)
    assert {each.stat().st_mode & 0o777 for each in pages.iterdir()} == {0o644}


def test_the_second_time_nothing_changes(directory, pages):
    assert not trust.write_pages(directory, pages, NOW)


def test_no_secret_is_offered(pages):
    assert not any(b"PRIVATE" in each.read_bytes() for each in pages.iterdir())


def test_the_page_has_neither_scripts_nor_styles_of_its_own_and_asks_nobody_else(pages):
    elements = Reader((pages / "index.html").read_text()).elements
    assert not {"script", "style", "iframe", "form"} & {tag for tag, _ in elements}
    assert not any(name == "style" or name.startswith("on") for _, attributes in elements for name in attributes)
    targets = {attributes.get("href") or attributes.get("src") or "#" for _, attributes in elements}
    local = {target for target in targets if not target.startswith("#")} - {"https://box.example/"}
    assert local == set(trust.OFFERED) - {trust.INDEX}


def test_the_page_shows_fingerprint_bounds_and_both_languages(pages, authority):
    text = (pages / "index.html").read_text()
    assert [line for line in trust.grouped(fingerprint(authority)) if text.count(line) != 2] == []
    assert text.count(", ".join(NAMES.texts)) == 2
    assert {lang for _, attributes in Reader(text).elements if (lang := attributes.get("lang"))} == {"en", "fr"}
    assert not re.search(r"\$\w", text)


def test_the_languages_say_the_same_steps(pages):
    english, french = re.findall(r"<section.*?</section>", (pages / "index.html").read_text(), re.DOTALL)
    shapes = [[tag for tag, _ in Reader(each).elements if tag not in {"em", "code"}] for each in (english, french)]
    assert shapes[0] == shapes[1]


def test_a_fingerprint_is_four_lines_of_eight_pairs(authority):
    lines = trust.grouped(fingerprint(authority))
    assert [line.count(":") for line in lines] == [7] * 4
    assert ":".join(lines) == fingerprint(authority)


def test_every_file_holds_the_same_authority(pages, authority):
    chrome = json.loads((pages / "chrome-policies.json").read_text())["CACertificates"]
    apple = plistlib.loads((pages / "bastide-ca.mobileconfig").read_bytes())["PayloadContent"][0]["PayloadContent"]
    held = [(pages / "bastide-ca.cer").read_bytes(), *map(base64.b64decode, chrome), apple]
    assert [x509.load_der_x509_certificate(each) for each in held] == [authority] * 3
    assert certificates_in((pages / "bastide-ca.crt").read_bytes(), "") == [authority]


def test_openssl_reads_the_same_fingerprint_from_the_file(pages, authority):
    argv = ("openssl", "x509", "-in", str(pages / "bastide-ca.crt"), "-noout", "-fingerprint", "-sha256")
    assert command.run(argv, timeout_s=30).strip().endswith(fingerprint(authority))


def test_the_same_authority_gives_the_same_profile_and_another_one_another(authority):
    other = new_authority(NAMES, NOW).certificate
    profiles = [trust.apple_profile(each) for each in (authority, authority, other)]
    assert profiles[0] == profiles[1]
    read = [plistlib.loads(each) for each in profiles]
    identifiers = {each["PayloadUUID"] for profile in read for each in (profile, *profile["PayloadContent"])}
    assert len(identifiers) == 4


def test_firefox_installs_the_file_that_is_offered(pages):
    policy = json.loads((pages / "firefox-policies.json").read_text())["policies"]["Certificates"]
    assert policy == {"ImportEnterpriseRoots": True, "Install": ["bastide-ca.crt"]}


def test_what_windows_reads_has_its_line_ends_and_the_fingerprint(pages, authority):
    script = (pages / "windows-trust.ps1").read_bytes()
    digits = fingerprint(authority).replace(":", "")
    assert script.count(b"\r\n") == script.count(b"\n")
    assert f'$Expected = "{digits}"'.encode() in script
    assert digits.lower() in (pages / "windows-group-policy.txt").read_text()


@pytest.mark.parametrize("mode", [Mode.COMPANY, Mode.FILES])
def test_where_somebody_else_vouches_nothing_is_to_be_installed(directory, pages, mode):
    directory.change(mode_files(mode))
    assert trust.write_pages(directory, pages, NOW)
    assert {each.name for each in pages.iterdir()} == {"index.html", "trust.css"}
    text = (pages / "index.html").read_text()
    assert "Nothing is to be installed" in text
    assert "rien à installer" in text


def test_another_authority_replaces_every_file_that_holds_it(directory, pages):
    before = {each.name: each.read_bytes() for each in pages.iterdir()}
    keeping.ensure(directory, names_of(["new.example"]), NOW)
    assert trust.write_pages(directory, pages, NOW)
    assert {name for name in before if (pages / name).read_bytes() == before[name]} == {
        "trust.css",
        "firefox-policies.json",
    }


def test_an_issuer_cannot_become_markup():
    page = trust.files_signed_elsewhere("<script>alert(1)</script>", NAMES)["index.html"]
    assert b"<script" not in page


def test_an_address_alone_stands_in_brackets_in_links():
    authority = new_authority(ONLY_ADDRESS, NOW).certificate
    assert b'href="https://[2001:db8::5]/"' in trust.own_files(authority, ONLY_ADDRESS)["index.html"]
