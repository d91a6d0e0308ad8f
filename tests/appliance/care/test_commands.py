"""What is checked of a machine: what a box in a terminal needs, or the one that is installed here."""

import argparse
import json
import os

import pytest

from appliance.box_commands import Terminal
from appliance.care.commands import run_check
from appliance.errors import ApplianceError
from appliance.installing import places
from tests.running_box import free_port


def checked(data_dir, *, is_json=True):
    """Return what is printed of a machine, for a box with this data directory."""
    said: list[str] = []
    asked = argparse.Namespace(data_dir=str(data_dir), host="127.0.0.1", port=free_port(), json=is_json)
    run_check(asked, Terminal(say=said.append, tell=said.append, ask=lambda _: ""))
    return said


def ids(said):
    return [each["id"] for each in json.loads(said[0])["results"]]


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """The settings of a box that is installed here."""
    monkeypatch.setattr(places, "SETTINGS", tmp_path / "bastide.env")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    (tmp_path / "bastide.env").write_text("")


def test_a_box_in_a_terminal_needs_its_port_and_a_queue(tmp_path, installed):
    found = ids(checked(tmp_path / "data"))
    assert {"port", "redis"} <= set(found)
    assert "port_443" not in found


def test_an_installed_box_needs_what_its_installation_needed(installed):
    found = ids(checked(places.DATA.root))
    assert {"port_80", "port_443", "systemd", "name"} <= set(found)
    assert {"port", "redis"}.isdisjoint(found)


def test_whoever_checks_an_installed_box_is_told_where_the_rest_is_told(installed):
    said = checked(places.DATA.root, is_json=False)
    assert said[-1] == "How the box itself is: sudo bastide doctor"
    assert not any("--data-dir" in line for line in said)


def test_only_root_checks_an_installed_box(installed, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(ApplianceError, match="Only root"):
        checked(places.DATA.root)
