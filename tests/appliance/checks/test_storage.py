"""Space, inodes, durable writes, kinds of file systems."""

from pathlib import Path

import pytest

from appliance.checks.check import Status
from appliance.checks.storage import (
    GIB,
    check_disk_speed,
    existing,
    file_system_type,
    judge_disk_free,
    judge_disk_speed,
    judge_file_system,
    judge_inodes,
)

MOUNTINFO = """\
22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
30 22 0:40 / /srv rw shared:1 master:2 - nfs4 server:/export rw
31 30 0:41 / /srv/fast\\040disk rw - xfs /dev/vdb rw
32 22 0:42 / /mnt rw - ext4 /dev/vdc rw
33 22 0:43 / /mnt rw - cifs //server/share rw
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/home/ada", "ext4"),
        ("/srv/box", "nfs4"),
        ("/srv/fast disk/box", "xfs"),
        ("/srvother", "ext4"),
        ("/mnt/box", "cifs"),
    ],
)
def test_the_nearest_and_latest_mount_holds_a_path(path, kind):
    assert file_system_type(MOUNTINFO, Path(path)) == kind


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("ext4", Status.PASSED),
        ("overlay", Status.PASSED),
        ("tmpfs", Status.WARNING),
        ("nfs4", Status.FAILED),
        ("cifs", Status.FAILED),
        ("fuse.sshfs", Status.FAILED),
    ],
)
def test_data_belongs_on_a_local_disk(kind, status):
    assert judge_file_system(kind).status is status


@pytest.mark.parametrize(("gib", "status"), [(0.5, Status.FAILED), (3, Status.WARNING), (6, Status.PASSED)])
def test_free_space_is_judged(gib, status):
    assert judge_disk_free(gib * GIB, Path("/srv")).status is status


@pytest.mark.parametrize(("gib", "said"), [(0.9999, "0.9 GiB"), (1, "1.0 GiB"), (4.96, "4.9 GiB"), (5, "5.0 GiB")])
def test_free_space_that_is_too_little_does_not_read_as_enough(gib, said):
    assert judge_disk_free(gib * GIB, Path("/srv")).measured == f"{said} at /srv"


@pytest.mark.parametrize(
    ("total", "free", "status"),
    [
        (0, 0, Status.SKIPPED),
        (10**6, 9_999, Status.FAILED),
        (10**6, 99_999, Status.WARNING),
        (10**6, 10**5, Status.PASSED),
    ],
)
def test_inodes_are_judged_where_they_are_counted(total, free, status):
    check = judge_inodes(total, free)
    assert check.status is status
    assert bool(check.hint) == (status in {Status.FAILED, Status.WARNING})


@pytest.mark.parametrize(("median_ms", "status"), [(0.3, Status.PASSED), (21, Status.WARNING), (501, Status.FAILED)])
def test_slow_durable_writes_are_told(median_ms, status):
    assert judge_disk_speed(median_ms).status is status


def test_durable_writes_are_measured_and_leave_nothing(tmp_path):
    assert check_disk_speed(tmp_path).measured.endswith("median)")
    assert list(tmp_path.iterdir()) == []


def test_a_directory_that_cannot_be_written_fails():
    assert check_disk_speed(Path("/proc")).status is Status.FAILED


def test_the_nearest_existing_directory_stands_for_one_to_come(tmp_path):
    assert existing(tmp_path / "a" / "b") == tmp_path
