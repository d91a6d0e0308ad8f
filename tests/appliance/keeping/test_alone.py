"""One command at a time holds the box."""

import argparse
from threading import Thread

import pytest

from appliance.box_commands import Terminal
from appliance.care import commands as care
from appliance.errors import ApplianceError
from appliance.keeping import alone


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    monkeypatch.setattr(alone, "OPT", tmp_path / "bastide")
    (tmp_path / "bastide").mkdir()
    return tmp_path / "bastide"


def test_a_second_command_is_refused_while_the_first_holds_the_box():
    with alone.held(), pytest.raises(ApplianceError, match="is under way"), alone.held():
        pass


def test_the_next_one_has_it_however_the_first_ended():
    with pytest.raises(KeyboardInterrupt), alone.held():
        raise KeyboardInterrupt
    with alone.held():
        assert alone.is_held()
    assert not alone.is_held()


def test_who_has_patience_comes_next(monkeypatch):
    monkeypatch.setattr(alone, "POLL_S", 0.01)
    came = []

    def wait():
        with alone.held(60):
            came.append("next")

    with alone.held():
        waiting = Thread(target=wait)
        waiting.start()
        assert came == []
    waiting.join()
    assert came == ["next"]


def test_where_nothing_is_installed_nothing_is_held(place):
    place.rmdir()
    with alone.held():
        assert not place.exists()


@pytest.mark.parametrize("action", ["set", "unset"])
def test_a_setting_waits_its_turn(place, monkeypatch, action):
    for module in (alone, care):
        monkeypatch.setattr(module, "require_root", lambda: None)  # whoever runs the tests
        monkeypatch.setattr(module, "require_installed", lambda: None)
    typed = argparse.Namespace(action=action, name="BASTIDE_JOB_DAYS", value="7")
    with alone.held(), pytest.raises(ApplianceError, match="is under way"):
        care.run_config(typed, Terminal(say=print, tell=print, ask=input))
