"""Tests and measurements: installs what they need and hands over to them."""

import os
import shutil
from collections.abc import Callable, Sequence
from typing import Final, NoReturn

from appliance import packages
from appliance.errors import ApplianceError
from appliance.paths import PYTHON, ROOT

# Program and Debian package. Fonts come along with the browser: without them screenshots show boxes.
TEST_PROGRAMS: Final = (("redis-server", "redis-server"), ("chromium", "chromium"), ("fc-list", "fontconfig"))
FONTS: Final = "fonts-liberation"
FONT_DIRECTORIES: Final = ("/usr/share/fonts/truetype", "/usr/share/fonts/opentype")


def test(arguments: Sequence[str], say: Callable[[str], None]) -> NoReturn:
    """Become pytest, with everything installed that the tests need."""
    packages.ensure(TEST_PROGRAMS, say)
    if not any(os.path.isdir(directory) for directory in FONT_DIRECTORIES):  # noqa: PTH112  # two literal paths
        packages.install([FONTS], say)
    _become("-m", "pytest", *arguments)


def bench(name: str, arguments: Sequence[str]) -> NoReturn:
    """Become the measurement of that name."""
    known = sorted(file.stem for file in (ROOT / "tests" / "bench").glob("[a-z]*.py"))
    if name not in known:
        message = f"There is no measurement {name!r}."
        raise ApplianceError(message, f"choose one of: {', '.join(known) or '(none yet)'}")
    if shutil.which("redis-server") is None:
        message = "Measurements run a whole box, and redis-server is not installed."
        raise ApplianceError(message, "sudo apt-get install redis-server")
    _become("-m", f"tests.bench.{name}", *arguments)


def _become(*arguments: str) -> NoReturn:
    os.chdir(ROOT)
    os.execv(PYTHON, [str(PYTHON), *arguments])  # noqa: S606  # an argument list; this process becomes that one
