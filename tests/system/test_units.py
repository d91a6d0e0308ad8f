"""The unit files as they are: how much each exposes, and what only a machine with the kernel for it would enforce."""

import re
import shutil
import subprocess
from itertools import chain

import pytest

from appliance.care.services import EXPOSURE_MAX, exposure_max
from appliance.installing.firewall import SERVICE
from appliance.installing.places import UNIT_FILES
from appliance.installing.settings import REDIS_MEMORY_SHARE
from appliance.installing.units import files, names
from webapp import gunicorn_conf
from worker.settings import Settings

WAY_OUT = "bastide-egress"
"""It alone has a network, and nothing that it could lose."""

FIREWALL = UNIT_FILES / SERVICE
"""It tells the kernel something, and ends."""

SERVICES = [path for path in files() if path.suffix == ".service"]
SERVING = [path for path in SERVICES if "Type=oneshot" not in path.read_text()]


def settings_of(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE):
        found.setdefault(name, []).append(value)
    return found


@pytest.fixture(params=SERVICES, ids=lambda path: path.stem)
def service(request):
    return request.param


@pytest.fixture(params=SERVING, ids=lambda path: path.stem)
def serving(request):
    return request.param


def test_no_service_exposes_much(service, tmp_path):
    unit = tmp_path / service.name.replace("@", "@1")
    tenths = 10 * exposure_max(service.name)
    shutil.copy(service, unit)
    argv = ["systemd-analyze", "security", "--offline=yes", f"--threshold={tenths:.0f}", str(unit)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr


def test_what_serves_exposes_next_to_nothing():
    assert EXPOSURE_MAX <= 0.3
    assert {exposure_max(path.name) for path in SERVING if path.stem != WAY_OUT} == {EXPOSURE_MAX}
    assert max(exposure_max(f"{WAY_OUT}.service"), exposure_max(FIREWALL.name)) <= 1.2


def test_what_bounds_connections_may_change_rules_and_nothing_else():
    found = settings_of(FIREWALL.read_text())
    assert (found["Type"], found["DynamicUser"], found["ProtectSystem"]) == (["oneshot"], ["yes"], ["strict"])
    assert found["CapabilityBoundingSet"] == found["AmbientCapabilities"] == ["CAP_NET_ADMIN"]
    assert found["RestrictAddressFamilies"] == ["AF_NETLINK"]
    assert found["IPAddressDeny"] == ["any"]
    assert int(found["TimeoutStartSec"][0]) <= 30
    assert "ReadWritePaths" not in found


def test_every_service_comes_back_and_has_its_share(serving):
    found = settings_of(serving.read_text())
    assert found["Restart"] == ["always"]
    assert found["Slice"] == ["bastide.slice"]
    assert found["CPUWeight"]
    assert found.get("PrivateNetwork") == (None if serving.stem == WAY_OUT else ["yes"])


def test_who_stands_still_is_found_out(serving):
    found = settings_of(serving.read_text())
    assert (found["Type"], found["NotifyAccess"]) == (["notify"], ["main"])
    late = ["60"] if found.get("CPUSchedulingPolicy") == ["idle"] else ["10"]
    assert found["WatchdogSec"] == late
    assert gunicorn_conf.timeout == 10


def test_nothing_is_roots(service):
    found = settings_of(service.read_text())
    assert found.get("DynamicUser") == ["yes"] or found["User"][0].startswith("bastide")


LOOKING_AFTER = [path for path in SERVICES if settings_of(path.read_text()).get("User") == ["bastide-care"]]


@pytest.mark.parametrize("care", LOOKING_AFTER, ids=lambda path: path.stem)
def test_what_looks_after_the_box_ends_and_reaches_nobody(care):
    found = settings_of(care.read_text())
    assert (found["Type"], found["Slice"]) == (["oneshot"], ["bastide.slice"])
    assert "Restart" not in found
    assert int(found["TimeoutStartSec"][0].replace("4h", "120")) <= 120
    assert (found["CapabilityBoundingSet"], found["AmbientCapabilities"]) == ([""], [""])
    assert (found["PrivateNetwork"], found["IPAddressDeny"]) == (["yes"], ["any"])
    assert (found["ProtectSystem"], found["PrivateUsers"]) == (["strict"], ["yes"])


def test_what_looks_after_the_box_writes_in_its_own_places_alone():
    written = {path.stem: settings_of(path.read_text()).get("ReadWritePaths", []) for path in LOOKING_AFTER}
    assert written == {
        "bastide-backup": ["/var/backups/bastide /run/bastide/care"],
        "bastide-certificate": ["/etc/bastide/tls /var/lib/bastide/trust /var/lib/bastide/acme /run/bastide/care"],
        "bastide-checks": ["/run/bastide/care"],
        "bastide-front-anew": [],
        "bastide-renewed": ["/run/bastide/care"],
    }
    kept = [line.split() for line in (UNIT_FILES / "tmpfiles.conf").read_text().splitlines() if "care " in line]
    kept = [line for line in kept if line[0] == "d"]
    assert {line[1] for line in kept} == set(" ".join(chain(*written.values())).split())


def test_the_online_path_comes_before_jobs():
    weights = {path.stem: int(settings_of(path.read_text())["CPUWeight"][0]) for path in SERVICES}
    assert max(weights[path.stem] for path in SERVICES if path not in SERVING) <= weights["bastide-batch@"]
    assert min(weights["bastide-web"], weights["bastide-inference@"]) >= 4 * max(
        weights["bastide-jobs"], weights["bastide-batch@"]
    )
    batch = settings_of((UNIT_FILES / "bastide-batch@.service").read_text())
    assert batch["CPUSchedulingPolicy"] == ["idle"]


def test_all_of_the_box_leaves_memory_to_the_machine():
    found = settings_of((UNIT_FILES / "bastide.slice").read_text())
    assert int(found["MemoryMax"][0].rstrip("%")) <= 90
    assert found["TasksMax"]


def percents(unit: str, name: str) -> int:
    (value,) = settings_of((UNIT_FILES / unit).read_text())[name]
    return int(value.removesuffix("%"))


def test_the_online_path_keeps_its_memory_before_jobs():
    kept = [percents(f"bastide-{unit}.service", "MemoryLow") for unit in ("web", "redis", *["inference@"] * 2)]
    assert sum(kept) > percents("bastide.slice", "MemoryLow") >= 50
    assert percents("bastide-redis.service", "MemoryLow") >= 100 // REDIS_MEMORY_SHARE
    others = [path for path in SERVICES if path.stem in {"bastide-jobs", "bastide-batch@"} or path not in SERVING]
    assert not any("MemoryLow" in path.read_text() for path in others)


def test_jobs_are_held_back_before_the_whole_box_is_and_have_room_for_what_they_may_do():
    machine = 2 * 2**30
    settings = Settings.read({"BASTIDE_INFERENCE_PROCESSES": "1"}, machine)
    for unit, needed in (("jobs", settings.inspection_memory_bytes), ("batch@", settings.batch_cache_bytes)):
        most = percents(f"bastide-{unit}.service", "MemoryHigh")
        assert most < percents("bastide.slice", "MemoryHigh") < percents("bastide.slice", "MemoryMax")
        assert machine * most // 100 > needed
        assert most >= 50 + 15


def test_each_unit_that_starts_with_the_box_has_its_file():
    known = {path.name for path in files()}
    assert {re.sub(r"@\d+", "@", name) for name in (*names(2, 4), SERVICE)} <= known


@pytest.mark.parametrize("plane", ["inference@", "jobs", "batch@"])
def test_the_data_plane_is_given_its_own_login_and_no_database(plane):
    text = (UNIT_FILES / f"bastide-{plane}.service").read_text()
    found = settings_of(text)
    assert found["LoadCredential"] == ["queue:/etc/bastide/credentials/queue-data"]
    assert found["User"] == ["bastide-worker"]
    assert found["InaccessiblePaths"] == ["/etc/bastide"]
    opens_a_door = plane == "inference@"
    assert found["ReadWritePaths"] == ["/var/lib/bastide/spool" + opens_a_door * " /run/bastide/doors"]


def test_each_directory_of_sockets_has_one_account_that_writes_there():
    lines = [line.split() for line in (UNIT_FILES / "tmpfiles.conf").read_text().splitlines()]
    found = {line[1]: tuple(line[2:5]) for line in lines if line[0] == "d" and line[1].startswith("/run/")}
    assert found == {
        "/run/bastide": ("0755", "root", "root"),
        "/run/bastide/lane": ("2750", "bastide-redis", "bastide-lane"),
        "/run/bastide/doors": ("2750", "bastide-worker", "bastide-lane"),
        "/run/bastide/metrics": ("0700", "bastide", "bastide"),
        "/run/bastide/care": ("2750", "bastide-care", "bastide"),
    }


def test_only_redis_may_write_where_its_socket_lies():
    writing = [
        path.stem for path in SERVICES if " /run/bastide/lane" in path.read_text().partition("ReadWritePaths")[2]
    ]
    assert writing == ["bastide-redis"]
