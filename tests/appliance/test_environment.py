"""What systemd hands to a unit is taken from there, and from its own place by everybody else."""

import pytest

from appliance.care import settings_file
from appliance.checks.check import Status
from appliance.checks.network import SYN_COOKIES, check_syn_cookies
from appliance.environment import GIVEN, handed_over
from appliance.installing import queue, settings
from appliance.installing.places import SETTINGS


@pytest.fixture
def given(tmp_path, monkeypatch):
    """The directory that systemd tells a unit of."""
    (tmp_path / "given").mkdir()
    monkeypatch.setenv(GIVEN, str(tmp_path / "given"))
    return tmp_path / "given"


def test_what_was_handed_over_comes_before_the_file_itself(given, tmp_path):
    (tmp_path / "file").write_text("the file")
    assert handed_over(tmp_path / "file") == tmp_path / "file"
    (given / "file").write_text("handed over")
    assert handed_over(tmp_path / "file").read_text() == "handed over"


def test_elsewhere_there_is_only_the_file(monkeypatch, tmp_path):
    monkeypatch.delenv(GIVEN, raising=False)
    assert handed_over(tmp_path / "file") == tmp_path / "file"


def test_the_login_to_the_queue_is_handed_over(given):
    (given / "queue-care").write_text("care secret\n")
    assert queue.login("care") == queue.Login("care", "secret")


@pytest.mark.parametrize(("said", "status"), [("0\n", Status.WARNING), ("1\n", Status.PASSED), ("\n", Status.SKIPPED)])
def test_what_the_kernel_says_of_syn_cookies_to_whom_has_a_network_is_handed_over(given, said, status):
    (given / SYN_COOKIES.name).write_text(said)
    assert check_syn_cookies().status is status


def test_the_settings_are_handed_over_and_whether_there_is_a_mail_server(given):
    (given / SETTINGS.name).write_text(
        "BASTIDE_PUBLIC_URL=https://box.example\nBASTIDE_NAMES=box.example\nBASTIDE_MAIL_FROM=box@example.org\n"
    )
    (given / "smtp-url").write_text("smtp://mail.example\n")
    assert settings.names() == ("box.example",)
    (check,) = settings_file.check_settings()
    assert (check.status, check.measured) == (Status.PASSED, "3 settings, each of them good")
    (given / "smtp-url").write_text("\n")
    (check,) = settings_file.check_settings()
    assert check.measured == "BASTIDE_SMTP_URL is missing: mail needs a sender and a server"
