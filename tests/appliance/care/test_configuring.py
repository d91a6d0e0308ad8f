"""Settings of an installed box are changed one line at a time, and never to what cannot be meant."""

import pytest

from appliance.care import configuring
from appliance.errors import ApplianceError

FILE = """\
# Settings of Bastide.

BASTIDE_PUBLIC_URL=https://models.corp.example
BASTIDE_NAMES=models.corp.example

# a number of days above zero
# BASTIDE_JOB_DAYS=7
TZ=Europe/Paris
"""


@pytest.fixture
def box(tmp_path, monkeypatch):
    """A settings file and the secret beside it, in a directory of the test."""
    settings, mail_server = tmp_path / "bastide.env", tmp_path / "smtp-url"
    settings.write_text(FILE)
    monkeypatch.setattr(configuring, "SETTINGS", settings)
    monkeypatch.setattr(configuring, "MAIL_SERVER", mail_server)
    return tmp_path


def text(box):
    return (box / "bastide.env").read_text()


def test_a_new_setting_stands_at_the_end_and_the_rest_as_it_was(box):
    assert configuring.set_value("BASTIDE_JOB_DAYS", " 14 ").startswith("BASTIDE_JOB_DAYS is set.")
    assert text(box) == FILE + "BASTIDE_JOB_DAYS=14\n"


def test_a_setting_that_is_there_changes_in_its_place(box):
    configuring.set_value("BASTIDE_PUBLIC_URL", "https://other.example")
    assert text(box) == FILE.replace("https://models.corp.example", "https://other.example")
    assert configuring.set_value("BASTIDE_PUBLIC_URL", "https://other.example").endswith("was so already.")


def test_a_setting_that_stands_twice_stands_once_then(box):
    (box / "bastide.env").write_text(f"{FILE}BASTIDE_JOB_DAYS=1\nBASTIDE_JOB_DAYS=2\n")
    configuring.set_value("BASTIDE_JOB_DAYS", "3")
    assert text(box) == FILE + "BASTIDE_JOB_DAYS=3\n"


def test_what_is_unset_is_gone_and_its_remark_stays(box):
    configuring.set_value("BASTIDE_JOB_DAYS", "14")
    assert configuring.unset("BASTIDE_JOB_DAYS").startswith("The default holds for BASTIDE_JOB_DAYS.")
    assert text(box) == FILE
    assert configuring.unset("BASTIDE_JOB_DAYS") == "The default held for BASTIDE_JOB_DAYS already."


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("BASTIDE_JOB_DAYS", "soon", "'soon' cannot be meant for BASTIDE_JOB_DAYS."),
        ("BASTIDE_JOB_DAYS", "1\nTZ=UTC", "cannot be meant"),
        ("BASTIDE_PUBLIC_URL", "http://models.corp.example", "cannot be meant"),
        ("BASTIDE_DAYS", "7", "Nothing reads a setting BASTIDE_DAYS."),
        ("BASTIDE_SMTP_URL", "smtp://user:secret@", "That cannot be meant for BASTIDE_SMTP_URL."),
    ],
)
def test_what_cannot_be_meant_is_refused_and_nothing_changes(box, name, value, said):
    with pytest.raises(ApplianceError) as refused:
        configuring.set_value(name, value)
    assert said in refused.value.message
    assert refused.value.hint
    assert text(box) == FILE


def test_what_a_box_needs_stays(box):
    with pytest.raises(ApplianceError, match="The box needs BASTIDE_NAMES"):
        configuring.unset("BASTIDE_NAMES")
    assert text(box) == FILE


def test_the_mail_server_is_kept_where_only_root_reads_and_never_shown(box):
    configuring.set_value("BASTIDE_SMTP_URL", "smtps://user:secret@mail.example")
    assert (box / "smtp-url").read_text() == "smtps://user:secret@mail.example"
    assert (box / "smtp-url").stat().st_mode & 0o777 == 0o600
    assert text(box) == FILE
    lines = list(configuring.shown())
    assert "secret" not in "".join(lines)
    assert any(line.startswith("BASTIDE_SMTP_URL") and line.endswith("set, and kept from sight") for line in lines)
    configuring.unset("BASTIDE_SMTP_URL")
    assert (box / "smtp-url").read_text() == ""


def test_every_setting_is_shown(box):
    lines = "\n".join(configuring.shown())
    assert "https://models.corp.example" in lines
    assert "not set: a number of days above zero, such as 7" in lines
