"""The unit files as they are: how much each exposes, and what only a machine with the kernel for it would enforce."""

import re
import shutil
import subprocess

import pytest

from appliance.installing.places import UNIT_FILES
from appliance.installing.units import files, names

EXPOSURE_MAX = 3
"""In tenths, as systemd-analyze takes it."""

EXPOSURE_OF_THE_WAY_OUT = 12
"""It alone has a network, and nothing that it could lose."""

WAY_OUT = "bastide-egress"
SERVICES = [path for path in files() if path.suffix == ".service" and "Restart=always" in path.read_text()]
"""Those that stay; what a timer starts is root's own command, and ends."""


def settings_of(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE):
        found.setdefault(name, []).append(value)
    return found


@pytest.fixture(params=SERVICES, ids=lambda path: path.stem)
def service(request):
    return request.param


def test_no_service_exposes_much(service, tmp_path):
    unit = tmp_path / service.name.replace("@", "@1")
    shutil.copy(service, unit)
    most = EXPOSURE_OF_THE_WAY_OUT if service.stem == WAY_OUT else EXPOSURE_MAX
    argv = ["systemd-analyze", "security", "--offline=yes", f"--threshold={most}", str(unit)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr


def test_every_service_comes_back_and_has_its_share(service):
    found = settings_of(service.read_text())
    assert found["Restart"] == ["always"]
    assert found["Slice"] == ["bastide.slice"]
    assert found["CPUWeight"]
    assert found.get("PrivateNetwork") == (None if service.stem == WAY_OUT else ["yes"])


def test_the_online_path_comes_before_jobs():
    weights = {path.stem: int(settings_of(path.read_text())["CPUWeight"][0]) for path in SERVICES}
    assert min(weights["bastide-web"], weights["bastide-inference@"]) >= 4 * max(
        weights["bastide-jobs"], weights["bastide-batch@"]
    )
    batch = settings_of((UNIT_FILES / "bastide-batch@.service").read_text())
    assert batch["CPUSchedulingPolicy"] == ["idle"]


def test_all_of_the_box_leaves_memory_to_the_machine():
    found = settings_of((UNIT_FILES / "bastide.slice").read_text())
    assert int(found["MemoryMax"][0].rstrip("%")) <= 90
    assert found["TasksMax"]


def test_each_unit_that_starts_with_the_box_has_its_file():
    known = {path.name for path in files()}
    assert {re.sub(r"@\d+", "@", name) for name in names(2, 4)} <= known


@pytest.mark.parametrize("plane", ["inference@", "jobs", "batch@"])
def test_the_data_plane_is_given_no_secret_and_no_database(plane):
    text = (UNIT_FILES / f"bastide-{plane}.service").read_text()
    found = settings_of(text)
    assert "LoadCredential" not in found
    assert found["User"] == ["bastide-worker"]
    assert found["InaccessiblePaths"] == ["/etc/bastide"]
    assert found["ReadWritePaths"] == ["/var/lib/bastide/spool /run/bastide/lane"]
