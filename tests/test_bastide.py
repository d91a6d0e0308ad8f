"""The launcher: from anywhere, through a link, and quiet when there is nothing to do."""

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


def test_it_passes_on_the_exit_status(launcher):
    assert subprocess.run([launcher, "fly"], capture_output=True, check=False).returncode == 2
