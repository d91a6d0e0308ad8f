"""The names by which browsers may ask for the box."""

import socket
from pathlib import Path

from webapp.hosts import allowed_hosts, time_zone


def test_the_public_name_and_loopback_are_answered():
    assert {"box.example", "localhost", "127.0.0.1", "[::1]"} <= set(allowed_hosts("box.example", "127.0.0.1"))


def test_the_machines_own_name_is_answered():
    assert socket.gethostname().lower() in allowed_hosts("127.0.0.1", "127.0.0.1")


def test_no_box_answers_every_name():
    everywhere = allowed_hosts("127.0.0.1", "0.0.0.0")  # noqa: S104  # nothing is bound
    assert not {"*", "", "."} & set(everywhere)


def test_a_box_on_one_address_answers_it():
    assert "10.1.2.3" in allowed_hosts("127.0.0.1", "10.1.2.3")


def test_the_time_zone_is_the_machines(tmp_path):
    (tmp_path / "zoneinfo" / "Europe").mkdir(parents=True)
    (tmp_path / "zoneinfo" / "Europe" / "Paris").touch()
    (tmp_path / "localtime").symlink_to(tmp_path / "zoneinfo" / "Europe" / "Paris")
    assert time_zone(tmp_path / "localtime") == "Europe/Paris"


def test_a_machine_without_a_time_zone_tells_utc(tmp_path: Path):
    assert time_zone(tmp_path / "absent") == "UTC"
