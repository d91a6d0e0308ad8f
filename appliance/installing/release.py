"""A release: the code with its own packages in a directory of its own, which nothing changes once it is whole."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from appliance import command, environment
from appliance.installing.places import CURRENT, RELEASES
from appliance.installing.placing import place_link
from appliance.paths import ROOT, DataDirectory

PARTS: Final = (
    *("appliance", "webapp", "worker", "examples", "systemd", "nginx", "scripts", "requirements", "docs"),
    *("bastide", "manage.py", "pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE"),
)
LEFT_OUT: Final = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")
WHOLE: Final = ".whole"
"""Written last: a release without it was left half made."""

PACKAGES_TIMEOUT_S: Final = 1_800.0
STEP_TIMEOUT_S: Final = 300.0


def name(version: str) -> str:
    """Return the name of the release that this checkout makes: its version, and a mark of what is in it."""
    digest = hashlib.sha256()
    for path in files():
        digest.update(f"{path.relative_to(ROOT)}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return f"{version}-{digest.hexdigest()[:10]}"


def files() -> Iterator[Path]:
    """Yield every file of this checkout that belongs to a release."""
    for part in PARTS:
        path = ROOT / part
        if path.is_file():
            yield path
        for directory, names, files in os.walk(path):
            names[:] = sorted(each for each in names if each != "__pycache__")
            yield from (Path(directory) / each for each in sorted(files) if not each.endswith((".pyc", ".mo")))


def is_whole(release: str) -> bool:
    """Return whether a release is complete."""
    return (RELEASES / release / WHOLE).exists()


def make(release: str) -> None:
    """Make a release of this checkout. What an interrupted installation left of it is made anew."""
    directory = RELEASES / release
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True, mode=0o755)
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, directory / part, ignore=LEFT_OUT, symlinks=True)
        elif source.exists():
            shutil.copy2(source, directory / part)
    _install_packages(directory)
    _finish_site(directory)
    _open_to_all(directory)
    (directory / WHOLE).touch()


def switch(release: str) -> bool:
    """Make a release the one that runs from the next start of each service. Return whether it was another."""
    return place_link(CURRENT, Path("releases") / release)


def _install_packages(directory: Path) -> None:
    """Take this checkout's own packages where they are the same: a copy takes seconds, and needs no network."""
    if (ROOT / ".venv" / "stamp-run").exists() and not (ROOT / ".venv" / "stamp-dev").exists():
        shutil.copytree(ROOT / ".venv", directory / ".venv", symlinks=True)
        return
    make_venv = [*_python(), str(directory / "scripts" / "make_venv.py"), "run", "redis-server"]
    command.run(make_venv, timeout_s=PACKAGES_TIMEOUT_S, environment=dict(os.environ), cwd=directory)


def _python() -> list[str]:
    return ["/usr/bin/python3", "-I"]


def _finish_site(directory: Path) -> None:
    """Compile the translations and collect the static files: nothing is left to do where the site runs."""
    with tempfile.TemporaryDirectory(prefix="bastide-release-") as scratch:
        DataDirectory(root=Path(scratch)).make()
        variables = {
            **environment.shell(),
            "DJANGO_SETTINGS_MODULE": "webapp.settings",
            "BASTIDE_DATA_DIR": scratch,
            "BASTIDE_STATIC_DIR": str(directory / "static"),
        }
        python = str(directory / ".venv" / "bin" / "python")
        for arguments in (
            ("manage.py", "compile_translations"),
            ("manage.py", "collectstatic", "--no-input", "-v", "0"),
            ("-m", "compileall", "-q", "appliance", "webapp", "worker", "manage.py"),
        ):
            command.run([python, *arguments], timeout_s=STEP_TIMEOUT_S, environment=variables, cwd=directory)


def _open_to_all(directory: Path) -> None:
    """Let every account read it, whatever the umask was, and nobody but root write."""
    for parent, names, files in os.walk(directory):
        for each in (parent, *(os.path.join(parent, file) for file in files)):  # noqa: PTH118  # walks 30,000 files
            if not os.path.islink(each):  # noqa: PTH114  # as above
                mode = os.stat(each).st_mode  # noqa: PTH116  # as above
                os.chmod(each, (mode | 0o044 | (0o011 if mode & 0o100 else 0)) & ~0o022)  # noqa: PTH101  # as above
        del names
