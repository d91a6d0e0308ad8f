"""The launcher: from anywhere, through a link, and quiet when there is nothing to do."""

import os
import shutil
import subprocess

import pytest

from appliance.paths import ROOT


@pytest.fixture(params=["directly", "through a link"])
def launcher(request, tmp_path):
    if request.param == "directly":
        return ROOT / "bastide"
    (tmp_path / "bastide").symlink_to(ROOT / "bastide")
    return tmp_path / "bastide"


def test_it_works_from_any_directory_and_makes_no_second_venv(launcher, tmp_path):
    done = subprocess.run([launcher, "up", "--help"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("usage: bastide up")
    assert done.stderr == ""


def test_nothing_of_the_directory_in_which_it_is_typed_is_run(launcher, tmp_path):
    anybodys = tmp_path / "anybodys"
    for name in ("appliance/__init__.py", "appliance/__main__.py", "argparse.py", "json.py", "site.py", "pip.py"):
        path = anybodys / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("raise SystemExit('run as whoever types the command')")
    for variables in (dict(os.environ), {**os.environ, "PYTHONPATH": str(anybodys)}):
        done = subprocess.run(
            [launcher, "up", "--help"], cwd=anybodys, env=variables, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith("usage: bastide up")


def test_it_passes_on_the_exit_status(launcher):
    assert subprocess.run([launcher, "fly"], capture_output=True, check=False).returncode == 2


@pytest.mark.parametrize(
    ("typed", "looks"),
    [
        (["install", "--plan"], True),
        (["install", "--name", "box.example", "--dry-run"], True),
        (["--help"], True),
        (["--version"], True),
        (["install"], False),
        (["test", "--version"], False),
    ],
)
def test_who_only_looks_is_known_to_what_makes_the_venv(typed, looks, tmp_path):
    for path in ("requirements/run.txt", "requirements/dev.txt", "bastide"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / path, tmp_path / path)
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "make_venv.py").write_text("import sys; sys.exit(repr(sys.argv[1:]))")
    done = subprocess.run([tmp_path / "bastide", *typed], capture_output=True, text=True, check=False)
    assert done.stderr.strip().endswith("'yes']") is looks
    assert "redis-server" in done.stderr


@pytest.mark.parametrize(("command", "programs"), [("up", "redis-server"), ("test", "redis-server chromium")])
def test_without_a_python_it_names_all_that_is_missing(command, programs, tmp_path):
    (tmp_path / "requirements").mkdir()
    for path in ("bastide", "requirements/run.txt", "requirements/dev.txt"):
        shutil.copy(ROOT / path, tmp_path / path)
    variables = {**os.environ, "BASTIDE_PYTHON": str(tmp_path / "no-such-python")}
    done = subprocess.run([tmp_path / "bastide", command], env=variables, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: Bastide needs Python 3.11, 3.12 or 3.13, and none was found.\n")
    assert f"try: sudo apt-get install python3 python3-venv {programs}" in done.stderr
