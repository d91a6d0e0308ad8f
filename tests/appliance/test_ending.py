"""How a command learns that it is to end."""

import os
import signal

import pytest

from appliance import cli, ending
from appliance.ending import Ended


@pytest.mark.parametrize("number", ending.SIGNALS)
def test_each_signal_comes_as_an_exception(number):
    with pytest.raises(Ended) as raised, ending.raised():
        os.kill(os.getpid(), number)
    assert raised.value.number == number


def test_a_second_one_does_not_break_off_what_is_undone():
    undone = []

    def begin():
        try:
            os.kill(os.getpid(), signal.SIGHUP)
        finally:
            os.kill(os.getpid(), signal.SIGTERM)
            undone.append("all of it")

    with pytest.raises(Ended), ending.raised():
        begin()
    assert undone == ["all of it"]


def test_what_nohup_has_ignored_stays_ignored():
    former = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with ending.raised():
            os.kill(os.getpid(), signal.SIGHUP)
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, former)


def test_afterwards_the_signals_mean_what_they_meant():
    before = [signal.getsignal(each) for each in ending.SIGNALS]
    with ending.raised():
        assert [signal.getsignal(each) for each in ending.SIGNALS] != before
    assert [signal.getsignal(each) for each in ending.SIGNALS] == before


@pytest.mark.parametrize("name", ["install", "restore", "upgrade", "rollback"])
def test_a_command_that_changes_the_box_is_ended_by_what_closes_its_session(monkeypatch, name):
    monkeypatch.setitem(cli.COMMANDS, name, lambda _: os.kill(os.getpid(), signal.SIGHUP))
    argv = [name, "box.backup"] if name == "restore" else [name]
    assert cli.main(argv) == 128 + signal.SIGHUP


@pytest.mark.parametrize(
    ("name", "said"),
    [("install", "the same command again: it goes on"), ("upgrade", "the box is whole"), ("doctor", "interrupted")],
)
def test_who_presses_ctrl_c_is_told_how_it_goes_on(name, said, monkeypatch, capsys):
    monkeypatch.setitem(cli.COMMANDS, name, lambda _: os.kill(os.getpid(), signal.SIGINT))
    assert cli.main([name]) == 128 + signal.SIGINT
    assert said in capsys.readouterr().err.lower()
