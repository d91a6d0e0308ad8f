"""An upgrade from a bundle runs in a process of its own, which is asked to end, not killed, when ours is to end."""

import os
import sys

import pytest

from appliance import ending
from appliance.bundling.commands import ended_with_us
from appliance.ending import Ended

ASKED_TO_END = """
import os, pathlib, signal, sys, time
def end(*_):
    time.sleep(0.5)  # as who undoes something; Ctrl-C gives a program less
    pathlib.Path("said").write_text("undone")
    sys.exit()
signal.signal(signal.SIGTERM, end)
os.kill(int(sys.argv[1]), signal.SIGTERM)
signal.pause()
"""


def test_it_undoes_what_it_has_begun(tmp_path):
    with pytest.raises(Ended), ending.raised():
        ended_with_us([sys.executable, "-c", ASKED_TO_END, str(os.getpid())], dict(os.environ), str(tmp_path))
    assert (tmp_path / "said").read_text() == "undone"


def test_its_status_is_ours(tmp_path):
    assert ended_with_us([sys.executable, "-c", "raise SystemExit(3)"], dict(os.environ), str(tmp_path)) == 3
