"""What becomes of programs that fail."""

import os
import sys

import pytest

from appliance import command, ending
from appliance.ending import Ended
from appliance.errors import CommandFailed


def python(code):
    return command.run([sys.executable, "-c", code], timeout_s=10)


def test_the_output_comes_back():
    assert python("print('here')") == "here\n"


SLEEPS = ["/bin/sleep", "60"]


def test_a_program_ends_with_whoever_started_it():
    assert command.tied_to_us(SLEEPS)[-2:] == SLEEPS
    assert "--pdeathsig" in command.tied_to_us(SLEEPS)


def test_in_a_service_of_systemds_it_ends_with_the_service(monkeypatch):
    monkeypatch.setenv("SYSTEMD_EXEC_PID", str(os.getpid()))
    assert command.tied_to_us(SLEEPS) == SLEEPS
    monkeypatch.setenv("SYSTEMD_EXEC_PID", str(os.getppid()))  # a terminal that was begun by a service
    assert command.tied_to_us(SLEEPS) != SLEEPS


def test_a_missing_program_is_named():
    with pytest.raises(CommandFailed, match="no-such-program is not installed"):
        command.run(["no-such-program"], timeout_s=1)


def test_a_program_that_takes_too_long_is_ended():
    with pytest.raises(CommandFailed, match=r"had not ended after 0\.2 s"):
        command.run([sys.executable, "-c", "import time; time.sleep(30)"], timeout_s=0.2)


ASKED_TO_END = """
import pathlib, signal, sys, os
def end(*_):
    pathlib.Path(sys.argv[1]).write_text("put away")
    sys.exit()
signal.signal(signal.SIGTERM, end)
os.kill(int(sys.argv[2]), signal.SIGHUP)
signal.pause()
"""


def test_a_program_may_put_away_what_it_has_in_hand_when_the_command_is_ended(tmp_path):
    with pytest.raises(Ended), ending.raised():
        command.run([sys.executable, "-c", ASKED_TO_END, str(tmp_path / "said"), str(os.getpid())], timeout_s=30)
    assert (tmp_path / "said").read_text() == "put away"


def test_an_unknown_failure_shows_the_last_lines():
    with pytest.raises(CommandFailed, match="ended with status 3:\nlast words"):
        python("import sys; print('last words', file=sys.stderr); sys.exit(3)")


def test_a_known_failure_says_what_to_do():
    with pytest.raises(CommandFailed) as failed:
        python("import sys; sys.exit('OSError: [Errno 28] No space left on device')")
    assert failed.value.message == "The disk is full."
    assert failed.value.hint


@pytest.mark.parametrize(
    ("code", "message", "hint"),
    [
        ("sys.exit('CommandError: There is no user.')", "There is no user.", ""),
        ("sys.exit('CommandError: It is bad.\\nMend it.')", "It is bad.", "Mend it."),
        ("print('Refused: it is bad.'); sys.exit('CommandError: Mend it.')", "Refused: it is bad.", "Mend it."),
    ],
)
def test_the_control_plane_speaks_for_itself(code, message, hint):
    with pytest.raises(CommandFailed) as failed:
        python(f"import sys; {code}")
    assert (failed.value.message, failed.value.hint) == (message, hint)
