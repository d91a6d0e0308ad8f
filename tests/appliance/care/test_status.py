"""One screen of how the box is."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from appliance.care.status import BoxStatus, lasting, lines, verdict
from appliance.cli import main
from appliance.installing.places import SETTINGS
from tests.appliance.care.states import unit

WELL = BoxStatus(
    release="0.1.0-abc",
    url="https://box.example",
    units=(unit(), unit("bastide-inference@1.service", restarts=3), unit("bastide-nginx.socket", restarts=None)),
    running_since=datetime(2026, 11, 26, 12, 0, tzinfo=UTC),
    certificate_days=89,
    disk_free_bytes=60 << 30,
    disk_total_bytes=252 << 30,
)
DOWN = unit("bastide-redis.service", active_state="failed", sub_state="failed", uptime_s=None, memory_bytes=None)


def test_a_box_whose_units_run_is_well():
    assert WELL.is_well
    assert verdict(WELL) == "Everything runs."


def test_what_is_down_is_named_with_what_to_type():
    box = replace(WELL, units=(*WELL.units, DOWN))
    assert not box.is_well
    assert verdict(box) == "Not everything runs: redis. Type: sudo bastide doctor"


@pytest.mark.parametrize("days", [-1, None])
def test_a_box_without_a_certificate_that_holds_is_not_well(days):
    box = replace(WELL, certificate_days=days)
    assert not box.is_well
    assert "sudo bastide tls status" in verdict(box)


def test_each_unit_has_a_line():
    shown = "\n".join(lines(replace(WELL, units=(*WELL.units, DOWN))))
    assert "✓ inference@1   active (running)               3     50 MiB" in shown
    assert "2 h 1 min" in shown
    assert "✗ redis         failed (failed)" in shown


def test_what_it_stands_on_has_lines():
    shown = "\n".join(lines(WELL))
    assert "certificate   89 days left" in shown
    assert "disk          60.0 of 252.0 GiB free" in shown
    assert "address       https://box.example" in shown


def test_programs_get_numbers():
    found = WELL.to_json()
    assert found["well"] is True
    assert found["running_since"] == "2026-11-26T12:00:00+00:00"
    assert found["units"][0]["memory_bytes"] == 50 << 20


@pytest.mark.parametrize(
    ("seconds", "words"), [(5, "5 s"), (65, "1 min"), (7260, "2 h 1 min"), (90_000, "1 d 1 h")], ids=str
)
def test_times_are_said_as_people_say_them(seconds, words):
    assert lasting(seconds) == words


@pytest.mark.skipif(SETTINGS.exists(), reason="a box is installed here")
@pytest.mark.parametrize("command", ["status", "logs", "doctor"])
def test_a_machine_without_a_box_is_told_what_to_type(command, capsys):
    assert main([command]) == 1
    assert capsys.readouterr().err == (
        "error: No box is installed on this machine.\ntry: sudo ./bastide install makes this machine the box\n"
    )
