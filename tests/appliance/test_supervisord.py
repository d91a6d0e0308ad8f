"""supervisord goes on when nothing can be written any more."""

import os
from pathlib import Path

import pytest

from appliance.supervisord import Unfailing


def test_what_cannot_be_written_is_dropped():
    with Path("/dev/full").open("w", buffering=1) as full, Path(os.devnull).open("w") as void:
        with pytest.raises(OSError, match="No space left"):
            full.write("a line\n")
        stream = Unfailing(full)
        assert stream.write("a line\n") == 7
        stream.flush()
        os.dup2(void.fileno(), stream.fileno())  # closing writes what is left


def test_the_rest_is_written(tmp_path):
    with (tmp_path / "log").open("w") as file:
        stream = Unfailing(file)
        stream.write("a line\n")
        stream.flush()
        assert (tmp_path / "log").read_text() == "a line\n"
