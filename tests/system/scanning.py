"""What sslyze says of a front by TLS: a program of its own version, in an environment of its own, kept between runs."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

VERSION: Final = "6.3.1"
ENVIRONMENT: Final = Path(os.environ.get("BASTIDE_TEST_CACHE", "/var/tmp/bastide-machines")) / f"sslyze-{VERSION}"
TIMEOUT_S: Final = 300


def sslyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Return what it answered."""
    if not (ENVIRONMENT / "whole").exists():
        python = str(ENVIRONMENT / "bin/python")
        subprocess.run([sys.executable, "-m", "venv", "--clear", ENVIRONMENT], check=True, timeout=TIMEOUT_S)
        install = ["-m", "pip", "install", "--quiet", "--only-binary=:all:", "--no-binary=sslyze", f"sslyze=={VERSION}"]
        subprocess.run([python, *install], check=True, timeout=TIMEOUT_S)
        (ENVIRONMENT / "whole").touch()
    argv = [str(ENVIRONMENT / "bin/python"), "-m", "sslyze", *arguments]
    return subprocess.run(argv, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
