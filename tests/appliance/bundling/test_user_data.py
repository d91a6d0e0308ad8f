"""What a rented machine is told is short enough, brings the program that verifies along, and nothing gets out of it."""

import base64
import gzip
import json
import re

import pytest

from appliance.bundling import making
from appliance.bundling.user_data import BYTES_MAX, Box, from_bundle, from_checkout
from appliance.cli import main
from appliance.errors import ApplianceError

BOX = Box(names=("models.example.org", "10.0.0.5"))
URL = "https://files.example.org/a-b/bastide.bundle?sig=a%20b&x=1"
KEY = "ab" * 32


def command(text):
    """Return the one command that it runs."""
    (line,) = re.findall(r"^runcmd:\n  - (\[.*\])$", text, re.MULTILINE)
    return json.loads(line)


def test_a_bundle_is_opened_by_a_program_that_does_not_come_from_it():
    text = from_bundle(BOX, URL, KEY)
    (packed,) = re.findall(r"^    content: (\S+)$", text, re.MULTILINE)
    assert gzip.decompress(base64.b64decode(packed)) == making.opener()
    assert text.startswith("#cloud-config\n")
    assert command(text)[-7:] == [URL, KEY, "install", "--name", "models.example.org", "--name", "10.0.0.5"]
    assert len(text) <= BYTES_MAX


def test_a_checkout_is_installed_at_the_revision_that_was_named_or_not_at_all():
    told = command(from_checkout(BOX, "https://git.example.org/bastide.git", "v1.0"))
    assert told[:2] == ["sh", "-ec"]
    steps = told[2].split(" && ")
    assert [step.split()[0] for step in steps] == ["git", "git", "/root/bastide/bastide"]
    assert steps[1].endswith("--detach v1.0")


def test_examples_may_be_left_out():
    assert "--no-examples" in command(from_bundle(Box(names=("a.example",), with_examples=False), URL, KEY))


@pytest.mark.parametrize(
    "url", ["", "file:///etc/hosts", "ftp://a/b", "https://", "https://a/b c", "https://a/\nb", "/a"]
)
def test_an_address_that_cannot_be_fetched_is_refused(url):
    with pytest.raises(ApplianceError, match="no address that a machine can fetch from"):
        from_bundle(BOX, url, KEY)


@pytest.mark.parametrize("revision", ["-x", "a b", "a;reboot", "$(reboot)", ""])
def test_what_is_no_revision_is_refused(revision):
    with pytest.raises(ApplianceError, match="no revision"):
        from_checkout(BOX, "https://git.example.org/bastide.git", revision)


def test_a_checkout_comes_by_https_alone():
    with pytest.raises(ApplianceError, match="no address"):
        from_checkout(BOX, "http://git.example.org/bastide.git", "main")


def test_a_name_that_is_none_is_refused():
    with pytest.raises(ApplianceError):
        from_bundle(Box(names=("a b",)), URL, KEY)


def test_too_much_is_refused():
    with pytest.raises(ApplianceError, match="may be given 16,384"):
        from_bundle(BOX, f"https://a.example/{'a' * BYTES_MAX}", KEY)


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["--bundle-url", URL],
        ["--fingerprint", KEY],
        ["--checkout-url", URL],
        ["--bundle-url", URL, "--revision", "a"],
    ],
    ids=" ".join,
)
def test_half_a_source_is_refused_with_both_that_there_are(options, capsys):
    assert main(["cloud-init", "--name", "box.example", *options]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "either --bundle-url URL --fingerprint FINGERPRINT, or --checkout-url" in printed.err


def test_it_is_printed_and_nothing_else(capsys):
    assert main(["cloud-init", "--name", "box.example", "--bundle-url", URL, "--fingerprint", KEY]) == 0
    assert capsys.readouterr().out == from_bundle(Box(names=("box.example",)), URL, KEY)
