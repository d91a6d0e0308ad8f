"""Settings of an installed box are changed one line at a time, and never to what cannot be meant."""

import re

import pytest

from appliance.care import configuring, explaining
from appliance.care.settings_file import KNOWN
from appliance.errors import ApplianceError
from webapp import env
from worker.contract import memory
from worker.settings import Settings

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
    monkeypatch.setattr(configuring, "TRACKING_SERVER", tmp_path / "mlflow-uri")
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
        ("BASTIDE_UPLOAD_BYTES_MAX", "512MB", "'512MB' cannot be meant for BASTIDE_UPLOAD_BYTES_MAX."),
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


def test_a_secret_that_stood_in_the_settings_is_moved_to_the_credentials(box):
    (box / "bastide.env").write_text(f"{FILE}BASTIDE_SMTP_URL=smtps://user:secret@mail.example\n")
    configuring.set_value("BASTIDE_SMTP_URL", "smtps://user:secret@mail.example")
    assert (box / "smtp-url").read_text() == "smtps://user:secret@mail.example"
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


def test_the_tracking_server_is_a_secret_too_and_another_one(box):
    configuring.set_value("BASTIDE_MLFLOW_TRACKING_URI", "https://user:secret@mlflow.example/base")
    assert (box / "mlflow-uri").read_text() == "https://user:secret@mlflow.example/base"
    assert not (box / "smtp-url").exists()
    assert text(box) == FILE
    assert "secret@" not in "".join(configuring.shown())


@pytest.mark.parametrize("value", ["mlflow.example", "ftp://mlflow.example", "https://a b@mlflow.example"])
def test_what_is_no_tracking_server_is_refused_and_not_shown(box, value):
    with pytest.raises(ApplianceError) as refused:
        configuring.set_value("BASTIDE_MLFLOW_TRACKING_URI", value)
    assert value not in str(refused.value)


def test_every_setting_is_shown_with_what_holds(box):
    configuring.set_value("BASTIDE_UPLOAD_BYTES_MAX", "512MiB")
    held = dict(line.split(maxsplit=1) for line in configuring.shown())
    assert held.keys() == KNOWN.keys()
    assert held["BASTIDE_UPLOAD_BYTES_MAX"] == "512MiB"
    assert held["BASTIDE_JOB_DAYS"] == "7 (the default)"
    assert held["BASTIDE_MAIL_FROM"] == "not set: no mail is sent (the default)"


@pytest.mark.parametrize("name", KNOWN)
def test_one_setting_is_shown_with_what_it_does_and_how_it_is_written(box, name):
    told = list(configuring.explained(name))
    assert told[0].startswith(f"{name}: ")
    assert [line.partition(":")[0] for line in told[1:]] == ["in force", "default", "written as", "changed by"]
    assert re.fullmatch(KNOWN[name][0], KNOWN[name][1], re.IGNORECASE)


def test_a_secret_is_not_explained_with_its_value(box):
    configuring.set_value("BASTIDE_SMTP_URL", "smtps://user:secret@mail.example")
    told = list(configuring.explained("BASTIDE_SMTP_URL"))
    assert "in force:    set, and kept from sight" in told
    assert "user:secret" not in "".join(told)


def test_a_setting_that_nothing_reads_is_not_explained(box):
    with pytest.raises(ApplianceError, match="Nothing reads a setting BASTIDE_DAYS"):
        list(configuring.explained("BASTIDE_DAYS"))


def test_the_defaults_that_are_shown_are_those_that_hold(monkeypatch):
    for name in KNOWN:
        monkeypatch.delenv(name, raising=False)
    site, plane = env.read(), Settings.read({}, memory.total_bytes())
    told = {name: explaining.default_of(name) for name in KNOWN}
    assert told["BASTIDE_MODEL_MEMORY"] == f"{site.model_memory_bytes >> 20}M"
    assert memory.parse_size(told["BASTIDE_UPLOAD_BYTES_MAX"] or "") == site.upload_bytes_max
    assert (told["BASTIDE_JOB_DAYS"], told["BASTIDE_ALERT_HOUR"]) == (str(site.job_days), str(site.alert_hour))
    counts = (site.web_processes, site.inference_processes, site.batch_processes)
    assert tuple(told[f"BASTIDE_{kind}_PROCESSES"] for kind in ("WEB", "INFERENCE", "BATCH")) == tuple(map(str, counts))
    assert float(told["BASTIDE_INSPECTION_SECONDS"] or 0) == plane.inspection_timeout_s


@pytest.mark.parametrize("gib", [0.5, 1, 3, 4, 16, 256])
def test_models_may_take_on_any_machine_what_the_planes_give_them(gib):
    total = int(gib * (1 << 30))
    assert explaining.model_memory_bytes(total) == memory.for_models(total)
