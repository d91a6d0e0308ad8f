"""What journalctl is asked for."""

import pytest

from appliance.care.journal import SHORT_NAMES, journal_argv, unit_pattern
from appliance.cli import main
from appliance.errors import ApplianceError
from appliance.installing.units import files


@pytest.mark.parametrize(
    "name", ["postgres", "web@1", "inference@x", "inference@", "bastide", "../web", "--system", "web*"]
)
def test_an_unknown_unit_is_refused_with_the_known_names(name):
    with pytest.raises(ApplianceError, match="The box has no unit") as refused:
        unit_pattern(name)
    assert "web, control, redis, nginx, inference" in refused.value.hint


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("web", "bastide-web.service"),
        ("bastide-nginx.service", "bastide-nginx.service"),
        ("inference", "bastide-inference@*.service"),
        ("batch@2", "bastide-batch@2.service"),
    ],
)
def test_units_have_short_names(name, pattern):
    assert unit_pattern(name) == pattern


def test_every_service_of_the_release_has_a_short_name():
    services = {path.stem.removeprefix("bastide-").rstrip("@") for path in files() if path.suffix == ".service"}
    assert services == set(SHORT_NAMES)


def test_without_names_the_whole_box_is_meant():
    assert "--unit=bastide*" in journal_argv([], lines=100)


def test_options_are_handed_on():
    argv = journal_argv(["web", "redis"], lines=5, since="1 hour ago", follow=True)
    assert argv[-5:] == [
        "--lines=5",
        "--unit=bastide-web.service",
        "--unit=bastide-redis.service",
        "--since=1 hour ago",
        "--follow",
    ]


def test_an_unknown_unit_ends_with_1(capsys):
    assert main(["logs", "postgres"]) == 1
    assert "The box has no unit 'postgres'." in capsys.readouterr().err


def test_a_number_of_lines_under_zero_is_wrong_usage(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["logs", "--lines", "-1"])
    assert ended.value.code == 2
