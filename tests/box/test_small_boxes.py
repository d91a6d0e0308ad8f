"""Boxes that have little: time for an inspection, and room on the disk."""

import os
import time
from collections.abc import Iterator
from typing import Final

import pytest

from appliance.steps import manage
from tests.box.publishers import Publisher, assert_nothing_is_left, inspecting, publishing
from tests.running_box import RunningBox, eventually
from tests.small_disk import fill, small_disk
from tests.worker.inspection.hostile import runs_text
from tests.worker.inspection.hostile_cases import ALL
from tests.worker.inspection.uploads import flowers, skops_bytes

pytestmark = pytest.mark.box

REFERENCE: Final = flowers().to_csv(index=False).encode()
SECONDS: Final = 20
DISK_BYTES: Final = 420 << 20
TOO_MUCH: Final = 90 << 20
"""Twice this is more than the disk has beside its reserve of 256 MB."""

LET_ADMIN: Final = "from webapp.accounts.models import User; User.objects.update(may_publish_pickles=True)"


@pytest.fixture(scope="module")
def impatient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Publisher]:
    """One who may publish pickles to a box that inspects nothing for longer than some seconds."""
    directory = tmp_path_factory.mktemp("impatient")
    with RunningBox(directory, "--no-examples", BASTIDE_INSPECTION_SECONDS=str(SECONDS)) as running:
        running.wait_until_ready()
        manage(running.data, "shell", "-c", LET_ADMIN)
        with publishing(running) as publisher:
            yield publisher


@pytest.mark.parametrize(
    "program",
    [
        pytest.param("import time\ntime.sleep(1e6)", id="sleeps"),
        pytest.param("while True: pass", id="loops"),
        pytest.param(
            "import time\nwhile True:\n    try:\n        time.sleep(1)\n    except BaseException: pass",
            id="clings to life",
        ),
    ],
)
def test_a_pickle_that_never_ends_is_stopped(impatient, program):
    found = impatient.published("endless", runs_text(program)(), REFERENCE, target="target")
    assert found["status"] == "rejected"
    assert f"was not done after {SECONDS} s and was stopped" in found["reason"]
    assert_nothing_is_left(impatient.box)


def test_those_who_wait_behind_an_endless_one_are_inspected(impatient):
    endless = impatient.asked("endless", ALL["pickle: sleeps for ever"].artifact(), REFERENCE, target="target")
    found = impatient.published("behind-the-endless", skops_bytes(), REFERENCE, target="target")
    assert found["status"] == "ready", found["reason"]
    assert impatient.version(endless)["status"] == "rejected"


@pytest.fixture(scope="module")
def cramped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Publisher]:
    """One who publishes to a box with a small disk of its own."""
    with (
        small_disk(tmp_path_factory.mktemp("cramped"), DISK_BYTES) as disk,
        RunningBox(disk / "data", "--no-examples", "--force", "a small disk, for the test") as running,
    ):
        running.wait_until_ready()
        with publishing(running) as publisher:
            yield publisher


def test_an_upload_for_which_the_disk_has_no_room_is_refused(cramped):
    answer = cramped.send("too-much", os.urandom(TOO_MUCH), REFERENCE)
    assert (answer.status_code, answer.json()["code"]) == (507, "disk_full")
    assert answer.json()["hint"]
    assert cramped.client.get("/api/v1/models/too-much").status_code == 404
    assert_nothing_is_left(cramped.box)


def test_an_upload_during_which_the_disk_runs_full_leaves_nothing(cramped):
    ballast = fill(cramped.box.data_dir)
    try:
        answer = cramped.send("full", skops_bytes(), REFERENCE)
        assert (answer.status_code, answer.json()["code"]) == (507, "disk_full"), answer.text
        assert_nothing_is_left(cramped.box)
    finally:
        ballast.unlink()
    assert cramped.client.get("/api/v1/models/full").status_code == 404
    assert cramped.published("full", skops_bytes(), REFERENCE, target="target")["status"] == "ready"


def test_an_inspection_during_which_the_disk_is_full_is_recorded_once_there_is_room(cramped):
    url = cramped.asked("full-meanwhile", skops_bytes(), REFERENCE, target="target", notes="another")
    assert eventually(lambda: bool(inspecting(cramped.box)))
    ballast = fill(cramped.box.data_dir)
    time.sleep(15)
    ballast.unlink()
    found = cramped.outcome(url)
    assert found["status"] in {"ready", "rejected"}
    assert found["status"] == "ready" or "disk" in found["reason"], found["reason"]
    assert_nothing_is_left(cramped.box)
