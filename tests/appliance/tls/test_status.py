"""What is to be known of the certificate, and when it begins to press."""

import pytest

from appliance.errors import ApplianceError
from appliance.tls.directory import File, Mode
from appliance.tls.encoding import certificates_in, fingerprint
from appliance.tls.status import status, warnings
from tests.appliance.tls.company import DAY, NAMES, NOW, leaf_draft, new_authority, new_key, signed

END = 90 * DAY


def test_without_a_certificate_it_says_how_to_make_one(empty):
    with pytest.raises(ApplianceError, match="no certificate"):
        status(empty, NOW)


def test_a_good_certificate_gives_no_warning(directory):
    held = status(directory, NOW)
    assert (held.mode, held.names, held.issuer) == (Mode.OWN, NAMES, "Bastide on box.example")
    assert (held.days_left, held.warnings, held.is_expired, held.is_request_open) == (89, (), False, False)


def test_the_fingerprints_are_those_of_the_files(directory):
    held = status(directory, NOW)
    of_files = [fingerprint(certificates_in(directory.read(file), "")[0]) for file in (File.BOX, File.AUTHORITY)]
    assert [held.leaf_sha256, held.authority_sha256] == of_files


@pytest.mark.parametrize(("days", "bound"), [(61, 30), (77, 14), (84, 7)])
def test_the_warning_grows_sharper(directory, days, bound):
    held = status(directory, NOW + days * DAY)
    assert f"less than {bound} days" in held.warnings[0]
    assert f"in {held.days_left} days" in held.warnings[0]


def test_thirty_days_before_the_end_nothing_is_said_yet(directory):
    end = status(directory, NOW).not_after
    assert status(directory, end - 30 * DAY).warnings == ()


def test_the_last_day_is_told_in_words(directory):
    end = status(directory, NOW).not_after
    assert "in less than a day" in status(directory, end - DAY / 2).warnings[0]
    assert "in 1 day," in status(directory, end - 1.5 * DAY).warnings[0]


def test_an_end_that_has_come_is_told(directory):
    held = status(directory, NOW + END)
    assert held.is_expired
    assert "browsers refuse it" in held.warnings[0]
    assert held.to_json()["is_expired"] is True


def test_a_begin_that_has_not_come_is_told(directory):
    assert "clock" in status(directory, NOW - DAY).warnings[0]


@pytest.mark.parametrize(("mode", "command"), [(Mode.OWN, "renew"), (Mode.COMPANY, "request"), (Mode.FILES, "import")])
def test_the_warning_says_what_to_type(directory, mode, command):
    leaf = certificates_in(directory.read(File.BOX), "")[0]
    assert f"sudo bastide tls {command}" in warnings(leaf, mode, NOW + 80 * DAY)[0]


@pytest.mark.parametrize(
    ("life", "left", "words"),
    [
        (90 * DAY, 23 * DAY, ""),
        (90 * DAY, 22 * DAY, "in 22 days."),
        (DAY, DAY / 4 + DAY / 1440, ""),
        (DAY, DAY / 24, "in 1 hour."),
    ],
)
def test_what_acme_renews_is_warned_of_when_that_fails(life, left, words):
    leaf = signed(leaf_draft(new_key().public_key(), begin=NOW - life, end=NOW), new_authority("Corp Root"))
    found = warnings(leaf, Mode.ACME, NOW - left)
    assert bool(found) is bool(words)
    assert all(f"ends {words} It should have been renewed by itself" in each for each in found)


def test_an_authority_that_is_gone_is_told(directory):
    directory.change({File.AUTHORITY: None})
    with pytest.raises(ApplianceError, match="no authority of its own"):
        status(directory, NOW)
