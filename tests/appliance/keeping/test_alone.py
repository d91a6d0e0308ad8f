"""One command at a time holds the box."""

import argparse
import fcntl
import grp
import os
from threading import Thread

import pytest

from appliance.box_commands import Terminal
from appliance.care import commands as care
from appliance.errors import ApplianceError
from appliance.keeping import alone


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    monkeypatch.setattr(alone, "OPT", tmp_path / "bastide")
    monkeypatch.setattr(alone, "LOCK", tmp_path / "bastide/.lock")
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


def test_who_may_only_look_holds_up_nobody(place):
    with alone.held():
        pass
    found = alone.LOCK.stat()
    assert (found.st_mode & 0o777, found.st_uid) == (0o640, os.geteuid())
    looking = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(looking, fcntl.LOCK_EX)
        with alone.held():
            pass
    finally:
        os.close(looking)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may be somebody else")
def test_the_lock_is_for_root_and_who_looks_after_the_box_whatever_it_was(place, monkeypatch):
    monkeypatch.setattr(alone, "CARE", "nogroup")
    alone.LOCK.touch(mode=0o666)
    with alone.held():
        found = alone.LOCK.stat()
    assert (found.st_uid, found.st_gid, found.st_mode & 0o777) == (0, grp.getgrnam("nogroup").gr_gid, 0o640)
    monkeypatch.setattr(alone, "CARE", "nobody-of-this-name")
    with alone.held():
        assert alone.LOCK.stat().st_gid == 0


def test_a_lock_that_cannot_be_opened_is_told(place):
    alone.LOCK.symlink_to("elsewhere")
    with pytest.raises(ApplianceError, match="cannot be opened"), alone.held():
        pass
    assert not (place / "elsewhere").exists()


def test_where_no_command_ever_ran_none_holds_the_box():
    assert not alone.is_held()


@pytest.mark.parametrize("action", ["set", "unset"])
def test_a_setting_waits_its_turn(place, monkeypatch, action):
    for module in (alone, care):
        monkeypatch.setattr(module, "require_root", lambda: None)  # whoever runs the tests
        monkeypatch.setattr(module, "require_installed", lambda: None)
    typed = argparse.Namespace(action=action, name="BASTIDE_JOB_DAYS", value="7")
    with alone.held(), pytest.raises(ApplianceError, match="is under way"):
        care.run_config(typed, Terminal(say=print, tell=print, ask=input))
