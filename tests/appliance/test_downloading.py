"""How a file of a box comes onto the disk: whole, or not at all."""

from collections.abc import Iterator

import pytest

from appliance.asking import NoAnswer
from appliance.downloading import download, require_writable
from tests.appliance.job_box import HARDLY, JOB_ID, QUICK, JobBox, running, site


@pytest.fixture
def box() -> Iterator[JobBox]:
    with running(JobBox()) as server:
        yield server


@pytest.mark.parametrize("sends_parts", [True, False])
def test_a_download_that_breaks_off_comes_whole(box, tmp_path, sends_parts):
    box.files["result"] = bytes(range(256)) * 4000
    box.breaks_off_after, box.sends_parts = [300_000, 700_000, 0], sends_parts
    target = tmp_path / "out"
    with target.open("wb") as stdout:
        download(site(box), f"/api/v1/jobs/{JOB_ID}/result", str(target), stdout, QUICK)
    assert target.read_bytes() == box.files["result"]


def test_a_download_that_never_comes_leaves_what_was_there(box, tmp_path):
    box.breaks_off_after = [5] * 1000
    target = tmp_path / "out"
    target.write_text("the former result")
    with pytest.raises(NoAnswer), target.open("rb") as stdout:
        download(site(box), f"/api/v1/jobs/{JOB_ID}/result", str(target), stdout, HARDLY)
    assert target.read_text() == "the former result"
    assert list(tmp_path.iterdir()) == [target]


def test_a_link_stays_a_link(box, tmp_path):
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with (tmp_path / "unused").open("wb") as stdout:
        download(site(box), f"/api/v1/jobs/{JOB_ID}/result", str(tmp_path / "link"), stdout, QUICK)
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == box.files["result"]


def test_stdout_and_devices_can_be_written_to():
    require_writable("-")
    require_writable("/dev/null")
