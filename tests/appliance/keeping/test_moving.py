"""In which order services start anew, which releases stay, what is changed in settings, what a sandbox is."""

import re

import pytest

from appliance.installing import front_trial
from appliance.installing.places import UNIT_FILES
from appliance.installing.units import names as names_of_units
from appliance.keeping import gate
from appliance.keeping.restore import changed
from appliance.keeping.switching import ALIVE, order
from appliance.keeping.upgrade import surplus
from worker.contract import names

ENABLED = {*names_of_units(2, 1), "bastide-firewall.service"}


def test_the_site_is_first_and_each_worker_after_the_other():
    started = list(order(ENABLED, set()))
    assert started[:3] == ["bastide-web.service", "bastide-inference@1.service", "bastide-inference@2.service"]
    assert set(started[3:]) == {"bastide-jobs.service", "bastide-control.service", "bastide-batch@1.service"}


def test_queue_and_front_start_anew_only_when_they_changed():
    started = list(order(ENABLED, {"redis.conf", "nginx.conf", "firewall.nft"}))
    assert (started[0], started[-1]) == ("bastide-redis.service", "bastide-nginx.service")
    assert started[-2] == "bastide-firewall.service"


def test_no_socket_is_ever_restarted():
    assert all(unit.endswith(".service") for unit in order(ENABLED, {"bastide-web.socket", "nginx.conf"}))


def test_workers_are_known_by_the_keys_that_they_keep():
    assert f"{names.ALIVE_PREFIX}*" == ALIVE


@pytest.mark.parametrize(
    ("newest_first", "kept", "gone"),
    [
        (["d", "c", "b", "a"], ["d", "c"], ["a"]),
        (["d", "c", "b", "a"], ["a", "b"], ["c"]),
        (["d", "c", "b", "a"], ["b", "d", "a"], ["c"]),
        (["b", "a"], ["b", "a"], []),
    ],
)
def test_the_releases_of_a_move_and_the_way_back_from_it_stay(newest_first, kept, gone):
    assert surplus(newest_first, *kept) == gone


def test_settings_are_replaced_or_added_and_comments_stay():
    text = "# NAMES=old is a comment\nNAMES=old\nOTHER=1\n"
    assert changed(text, {"NAMES": "new", "MORE": "2"}) == "# NAMES=old is a comment\nNAMES=new\nOTHER=1\nMORE=2\n"


def test_a_release_is_tried_in_the_sandbox_of_its_site():
    options = gate.sandbox_of((UNIT_FILES / "bastide-web.service").read_text())
    for wanted in ("User=bastide", "PrivateNetwork=yes", "SystemCallFilter=~@privileged @resources"):
        assert f"--property={wanted}" in options
    assert not [each for each in options if re.match("--property=(Exec|Restart|Working|Type|Slice|Wanted)", each)]


def test_nginx_tries_a_configuration_without_the_addresses_that_are_taken():
    text = "listen 0.0.0.0:80;\nlisten [::]:443 ssl;\nlisten 0.0.0.0:80 default_server;\npid /run/x.pid;\n"
    tried = front_trial.elsewhere(text, "/run/try")
    assert re.findall(r"listen (\S+?)[; ]", tried) == [f"unix:/run/try/{number}.sock" for number in (1, 2, 1)]
    assert "pid /dev/null;" in tried
