"""What is found of the front: nginx's own words about its configuration, and the bound on connections."""

import re
from datetime import UTC, datetime

import pytest

from appliance import box_commands
from appliance.care.front import judge_bound, judge_configuration, judge_names
from appliance.checks.check import Status
from appliance.errors import ApplianceError
from appliance.installing import front_trial
from appliance.proxy import render
from appliance.tls import keeping
from appliance.tls.directory import File, TlsDirectory
from appliance.tls.names import names_of
from tests.nginx.running_front import front_in, make_certificate


@pytest.fixture
def configuration(tmp_path, monkeypatch):
    front = front_in(tmp_path / "front", "unix:/run/none.sock")
    make_certificate(front.certificate, front.key)
    (tmp_path / "scratch").mkdir()
    monkeypatch.setattr(front_trial, "SCRATCH", tmp_path / "scratch")
    return render(front)


def test_what_nginx_takes_is_good_and_leaves_nothing_behind(configuration, tmp_path):
    check = judge_configuration(*front_trial.complaint(configuration))
    assert (check.status, check.measured) == (Status.PASSED, "nginx takes it")
    assert list((tmp_path / "scratch").iterdir()) == []


def test_what_nginx_does_not_take_is_told_in_its_words_with_the_file_and_the_line(configuration):
    broken = configuration.replace("sendfile on;", "sendfiles on;")
    line = broken[: broken.index("sendfiles")].count("\n") + 1
    check = judge_configuration(*front_trial.complaint(broken))
    assert check.status is Status.FAILED
    assert check.measured == f'unknown directive "sendfiles" in /etc/bastide/nginx/nginx.conf:{line}'
    assert check.hint == "sudo bastide install writes /etc/bastide/nginx/nginx.conf anew"


def test_names_by_which_the_front_does_not_answer_are_a_finding(configuration):
    names = re.findall(r"server_name ([^_;]+);", configuration)[0].split()
    assert judge_names(configuration, names_of(names)).status is Status.PASSED
    check = judge_names(configuration, names_of([*names, "new.example"]))
    assert (check.status, check.hint) == (Status.WARNING, "sudo bastide install puts the settings to use")
    assert judge_names(configuration, names_of(["new.example"])).status is Status.WARNING


def test_an_address_of_ipv6_is_the_same_in_brackets():
    check = judge_names("    server_name box.example [2001:db8::5];\n", names_of(["2001:db8::5", "box.example"]))
    assert check.status is Status.PASSED


def test_what_nginx_would_not_start_with_is_refused_in_its_words(configuration):
    front_trial.require_taken(configuration)
    with pytest.raises(ApplianceError, match='unknown directive "sendfiles"'):
        front_trial.require_taken(configuration.replace("sendfile on;", "sendfiles on;"))


def test_a_configuration_that_nginx_refuses_is_not_written(configuration, tmp_path, monkeypatch):
    monkeypatch.setattr(front_trial, "CONFIGURATION", tmp_path / "nginx.conf")
    monkeypatch.setattr(front_trial, "TLS", tmp_path / "no-certificate")
    with pytest.raises(ApplianceError, match=r"no-certificate/box\.crt"):
        front_trial.place_tried(["box.example"], 1)
    assert not (tmp_path / "nginx.conf").exists()


def test_it_is_tried_where_only_tmp_may_be_written(configuration, tmp_path, monkeypatch):
    monkeypatch.setattr(front_trial, "SCRATCH", tmp_path / "nowhere")
    assert front_trial.complaint(configuration) == (True, "")


@pytest.fixture
def tls(configuration, tmp_path, monkeypatch):
    """A certificate directory and a front that is started with what is in it."""
    directory = TlsDirectory(root=tmp_path / "tls")
    keeping.ensure(directory, names_of(["box.example"]), datetime.now(UTC))
    text = re.sub(r"(ssl_certificate) \S+;", rf"\1 {directory.path(File.BOX)};", configuration)
    text = re.sub(r"(ssl_certificate_key) \S+;", rf"\1 {directory.path(File.BOX_KEY)};", text)
    (tmp_path / "nginx.conf").write_text(text)
    monkeypatch.setattr(box_commands, "CONFIGURATION", tmp_path / "nginx.conf")
    return directory


def test_a_certificate_that_nginx_refuses_is_taken_back(tls):
    before = {file: tls.read(file) for file in File}
    box_commands.require_front(tls, before)
    with tls.locked():
        tls.change({File.BOX: b"no certificate\n"})
    with pytest.raises(ApplianceError, match="nginx would not start"):
        box_commands.require_front(tls, before)
    assert {file: tls.read(file) for file in File} == before


def test_a_warning_of_nginx_is_one(configuration):
    odd = configuration.replace("server_name _;", "server_name _ _;", 1)
    check = judge_configuration(*front_trial.complaint(odd))
    assert (check.status, "conflicting server name" in check.measured) == (Status.WARNING, True)


def test_a_front_that_serves_keeps_its_addresses_and_directories(configuration, tmp_path):
    tried = front_trial.elsewhere(configuration.replace(str(tmp_path), "/run/bastide-nginx"), "/run/try")
    assert "/run/bastide-nginx" not in tried
    assert not re.search(r"listen (?!unix:/run/try/)", tried)
    assert len(tried.splitlines()) == len(configuration.splitlines())


@pytest.mark.parametrize(
    ("most", "is_kept", "why", "status", "measured"),
    [
        (500, True, "", Status.PASSED, "500 for each address"),
        (None, False, "", Status.PASSED, "switched off in the settings"),
        (500, False, "", Status.WARNING, "none: the rules are not in the kernel"),
        (500, False, "Operation not supported", Status.WARNING, "this kernel keeps none: Operation not supported"),
    ],
)
def test_a_bound_is_wanted_unless_it_was_switched_off(most, is_kept, why, status, measured):
    check = judge_bound(most, is_kept=is_kept, why=why)
    assert (check.status, check.measured) == (status, measured)
    assert bool(check.hint) == (status is Status.WARNING)
