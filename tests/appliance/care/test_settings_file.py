"""What is wrong with a settings file."""

import pytest

from appliance.care.settings_file import problems
from appliance.checks.check import Status
from appliance.installing.settings import Sizing, _text, pairs

GOOD = _text(Sizing.of_machine(("box.example", "10.0.0.5", "fd00::5"), 4))


def found(line: str):
    return list(problems(f"{GOOD}{line}\n"))


def test_the_settings_that_are_written_at_installation_are_good():
    assert list(problems(GOOD)) == []


def test_every_example_of_a_setting_is_good():
    lines = [line.removeprefix("# ") for line in GOOD.splitlines() if line.startswith("# BASTIDE_")]
    assert lines
    assert list(problems(GOOD + "\n".join(lines), has_mail_server=True)) == []


def test_a_value_that_cannot_be_meant_is_told_with_one_that_can():
    (check,) = found("BASTIDE_JOB_DAYS=seven")
    assert (check.status, check.measured) == (Status.FAILED, "BASTIDE_JOB_DAYS is 'seven'")
    assert "BASTIDE_JOB_DAYS=7, then: sudo bastide install" in check.hint


def test_a_name_that_nothing_reads_is_told():
    (check,) = found("BASTIDE_JOBS_DAYS=7")
    assert (check.status, check.measured) == (Status.WARNING, "nothing reads BASTIDE_JOBS_DAYS")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BASTIDE_SMTP_URL", "smtp://user:hush@mail.example"),
        ("BASTIDE_SMTP_URL", "ftp://user:hush@mail.example"),
        ("BASTIDE_MLFLOW_TRACKING_URI", "https://user:hush@mlflow.example"),
    ],
)
def test_a_secret_that_everybody_may_read_is_sent_to_the_credentials_and_not_repeated(name, value):
    check = found(f"{name}={value}\nBASTIDE_MAIL_FROM=box@mail.example")[0]
    assert (check.status, name in check.measured) == (Status.FAILED, True)
    assert f"sudo bastide config set {name}" in check.hint
    assert "hush" not in check.measured + check.hint


def test_a_line_that_is_no_setting_is_told():
    (check,) = found("BASTIDE_JOB_DAYS 7")
    assert "line " in check.measured


@pytest.mark.parametrize("name", ["BASTIDE_NAMES", "BASTIDE_PUBLIC_URL"])
def test_what_the_box_cannot_be_without_is_told(name):
    text = "\n".join(line for line in GOOD.splitlines() if not line.startswith(name))
    (check,) = problems(text)
    assert (check.status, check.measured) == (Status.FAILED, f"{name} is missing")


def test_mail_needs_a_sender_and_a_server():
    (check,) = found("BASTIDE_MAIL_FROM=box@mail.example")
    assert check.measured == "BASTIDE_SMTP_URL is missing: mail needs a sender and a server"


def test_a_mail_server_may_be_among_the_secrets():
    assert list(problems(f"{GOOD}BASTIDE_MAIL_FROM=box@mail.example\n", has_mail_server=True)) == []


@pytest.mark.parametrize("line", ["http_proxy=http://proxy:3128", "", "# remark", "; remark", "TZ=Europe/Paris"])
def test_other_lines_are_nobodys_business(line):
    assert found(line) == []


def test_quotes_belong_to_the_file():
    assert dict(pairs("A=\"b c\"\n B = 'd'\n#C=e\n")) == {"A": "b c", "B": "d"}
