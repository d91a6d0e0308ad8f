"""`bastide up` as a person starts it: what it prints, what it survives, and that nothing of it is left afterwards."""

import functools
import os
import signal
import socket
import stat
import time

import pytest

from appliance.paths import DataDirectory
from appliance.up import how_to_log_in
from tests.running_box import RunningBox, eventually, free_port

pytestmark = pytest.mark.box

WORKERS = ("redis", "inference-1", "inference-2", "jobs", "control")


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    """One data directory for all tests of this file: only the first start has to set it up."""
    return tmp_path_factory.mktemp("up") / "data"


@pytest.fixture
def plain_box(data_dir):
    """A box without examples, started for one test that may end it as it likes."""
    with RunningBox(data_dir, "--no-examples") as running:
        running.wait_until_ready()
        yield running


def test_the_last_line_says_where_the_box_is(plain_box):
    password = plain_box.data_dir / "admin-password"
    assert (
        plain_box.output.splitlines()[-1] == f"Bastide is ready at {plain_box.url} (user admin, password in {password})"
    )


def test_a_password_that_was_changed_is_not_pointed_to(tmp_path):
    data = DataDirectory(root=tmp_path)
    assert how_to_log_in(data) == "user admin"
    data.admin_password.write_text("first")
    assert how_to_log_in(data) == f"user admin, password in {tmp_path}/admin-password"


def test_secrets_are_for_the_owner_only(plain_box):
    for path in (plain_box.data.admin_password, plain_box.data.secret_key, plain_box.data.supervisor_socket):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_a_second_start_sets_nothing_up(plain_box, record_property):
    plain_box.end()
    started_s = time.monotonic()
    with RunningBox(plain_box.data_dir, "--no-examples") as again:
        again.wait_until_ready()
    record_property("second_start_and_end_s", time.monotonic() - started_s)
    assert "Making" not in again.output
    assert "database" not in again.output


def runs_anew(box, name, former_pid):
    return box.pid_of(name) not in {0, former_pid}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_everything_quietly(plain_box, number):
    plain_box.process.send_signal(number)
    said = plain_box.read_to_end()
    assert said.endswith("\nEnding the box (a few seconds) …\nThe box has ended.\n")
    assert plain_box.process.returncode == 0
    assert plain_box.left() == []


def test_a_second_signal_changes_nothing(plain_box):
    plain_box.process.send_signal(signal.SIGINT)
    time.sleep(0.2)
    plain_box.process.send_signal(signal.SIGINT)
    assert "Traceback" not in plain_box.read_to_end()
    assert plain_box.process.returncode == 0
    assert plain_box.left() == []


def test_the_end_needs_no_listener(plain_box):
    plain_box.process.stdout.close()
    plain_box.process.send_signal(signal.SIGTERM)
    assert plain_box.process.wait(30) == 0
    assert plain_box.left() == []


def test_kill_9_of_up_leaves_nothing(plain_box):
    plain_box.process.kill()
    assert eventually(lambda: plain_box.left() == [], 30), plain_box.left()


def test_kill_9_of_the_supervisor_ends_everything(plain_box):
    os.kill(plain_box.supervisor_pid, signal.SIGKILL)
    assert "error: The process supervisor has ended" in plain_box.read_to_end()
    assert plain_box.process.returncode == 1
    assert plain_box.left() == []


def test_kill_9_of_both_leaves_nothing(plain_box):
    supervisor_pid = plain_box.supervisor_pid
    plain_box.process.kill()
    os.kill(supervisor_pid, signal.SIGKILL)
    assert eventually(lambda: plain_box.left() == [], 30), plain_box.left()


def test_the_death_of_the_web_master_ends_everything(plain_box):
    os.kill(plain_box.pid_of("web"), signal.SIGKILL)
    assert "error: The process web has ended" in plain_box.read_to_end()
    assert plain_box.process.returncode == 1
    assert plain_box.left() == []


def test_a_box_starts_at_once_after_one_that_was_killed(plain_box):
    plain_box.process.kill()
    with RunningBox(plain_box.data_dir, "--no-examples", port=plain_box.port) as again:
        again.wait_until_ready()


def test_killed_workers_are_started_again(plain_box):
    former = {name: plain_box.pid_of(name) for name in WORKERS}
    for pid in former.values():
        os.kill(pid, signal.SIGKILL)
    for name, pid in former.items():
        assert eventually(functools.partial(runs_anew, plain_box, name, pid)), name
    assert plain_box.process.poll() is None
    time.sleep(2)  # what is said follows what is seen
    plain_box.end()
    said = plain_box.read_to_end()
    for name in WORKERS:
        assert said.count(f"{name} ended (signal 9) and was started again.") == 1, said


def test_a_data_directory_in_use_is_a_clear_error(plain_box):
    with RunningBox(plain_box.data_dir, "--no-examples") as second:
        said = second.read_to_end()
    assert second.process.returncode == 1
    assert f"error: Another box uses the data directory {plain_box.data_dir}: process {plain_box.process.pid}" in said


def test_a_port_in_use_is_a_clear_error_with_its_owner(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with RunningBox(tmp_path / "data", port=port) as refused:
            said = refused.read_to_end()
    assert refused.process.returncode == 1
    assert f"Port {port} at 127.0.0.1: used by " in said
    assert f"(process {os.getpid()})" in said


def test_a_redis_socket_in_use_is_a_clear_error(tmp_path):
    with socket.socket(socket.AF_UNIX) as taken:
        (tmp_path / "run").mkdir()
        taken.bind(str(tmp_path / "run" / "redis.sock"))
        taken.listen(100)
        with RunningBox(tmp_path, port=free_port()) as refused:
            said = refused.read_to_end()
    assert f"error: The Redis socket {tmp_path}/run/redis.sock is in use" in said
