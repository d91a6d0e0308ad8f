"""Tests and measurements: installs what they need and hands over to them."""

import os
from collections.abc import Callable, Sequence
from typing import Final, NoReturn

from appliance import packages
from appliance.errors import ApplianceError
from appliance.paths import PYTHON, ROOT

# Program and Debian package. Fonts come along with the browser: without them screenshots show boxes. The tests type
# the curl commands that the pages show.
TEST_PROGRAMS: Final = (
    ("redis-server", "redis-server"),
    ("chromium", "chromium"),
    ("fc-list", "fontconfig"),
    ("curl", "curl"),
    ("/usr/sbin/nginx", "nginx"),
    ("/usr/sbin/apache2", "apache2"),
    ("openssl", "openssl"),
    ("pebble", "pebble"),
    ("mmdebstrap", "mmdebstrap"),
    ("systemd-nspawn", "systemd-container"),
    ("nft", "nftables"),
    ("ip", "iproute2"),
    ("slowhttptest", "slowhttptest"),
)
BENCH_PROGRAMS: Final = (("redis-server", "redis-server"), ("wrk", "wrk"))
MEASUREMENTS: Final = ("online", "models", "batch", "journal", "drift")
HELP: Final = frozenset({"-h", "--help"})
FONTS: Final = "fonts-liberation"
FONT_DIRECTORIES: Final = ("/usr/share/fonts/truetype", "/usr/share/fonts/opentype")


def test(arguments: Sequence[str], say: Callable[[str], None]) -> NoReturn:
    """Become pytest, with everything installed that the tests need."""
    packages.ensure(TEST_PROGRAMS, say)
    if not any(os.path.isdir(directory) for directory in FONT_DIRECTORIES):  # noqa: PTH112  # two literal paths
        packages.install([FONTS], say)
    _become("-m", "pytest", *arguments)


def bench(name: str, arguments: Sequence[str], say: Callable[[str], None]) -> NoReturn:
    """Become the measurement of that name, with everything installed that it needs to measure."""
    if name not in MEASUREMENTS:
        message = f"There is no measurement {name!r}."
        raise ApplianceError(message, f"choose one of: {', '.join(MEASUREMENTS)}")
    if HELP.isdisjoint(arguments):
        packages.ensure(BENCH_PROGRAMS, say)
    _become("-m", f"tests.bench.{name}", *arguments)


def _become(*arguments: str) -> NoReturn:
    os.chdir(ROOT)
    os.execv(PYTHON, [str(PYTHON), *arguments])  # noqa: S606  # an argument list; this process becomes that one
