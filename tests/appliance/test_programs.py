"""What is run, what it knows, and the configuration that is made of it."""

import configparser
import shlex
from urllib.parse import urlsplit

import pytest
from supervisor.options import ServerOptions

from appliance import environment, sizes
from appliance.environment import Address, leads_to_the_network, outward_address
from appliance.errors import ApplianceError
from appliance.paths import DataDirectory
from appliance.programs import Sizes, programs, redis_configuration, supervisor_configuration
from worker.contract import memory

ADDRESS = Address(host="127.0.0.1", port=8000)


@pytest.fixture
def data(tmp_path):
    return DataDirectory(root=tmp_path / "a box")


@pytest.fixture
def box(data):
    return {each.name: each for each in programs(data, ADDRESS, Sizes(web=2, inference=2, batch=2))}


def test_the_programs_of_a_box(box):
    names = ["redis", "web", "inference-1", "inference-2", "jobs", "batch-1", "batch-2", "control"]
    assert list(box) == names


def test_only_the_death_of_the_web_process_ends_the_box(box):
    assert [name for name, program in box.items() if program.is_essential] == ["web"]


@pytest.mark.parametrize("name", ["web", "control", "inference-1", "jobs"])
def test_both_planes_know_how_much_models_may_take(data, monkeypatch, name):
    monkeypatch.setenv("BASTIDE_MODEL_MEMORY", "3G")
    sizes = Sizes(web=1, inference=3, batch=2)
    told = next(each for each in programs(data, ADDRESS, sizes) if each.name == name).environment
    assert (told["BASTIDE_MODEL_MEMORY"], told["BASTIDE_INFERENCE_PROCESSES"]) == ("3G", "3")


def test_the_data_plane_knows_how_long_an_inspection_may_take(data, monkeypatch):
    monkeypatch.setenv("BASTIDE_INSPECTION_SECONDS", "20")
    told = {each.name: each.environment for each in programs(data, ADDRESS, Sizes(web=1, inference=1, batch=1))}
    assert told["jobs"]["BASTIDE_INSPECTION_SECONDS"] == "20"
    assert "BASTIDE_INSPECTION_SECONDS" not in told["web"]


@pytest.mark.parametrize("name", ["inference-1", "jobs"])
def test_the_data_plane_knows_neither_the_data_directory_nor_django(box, name):
    assert {"BASTIDE_DATA_DIR", "DJANGO_SETTINGS_MODULE"} & box[name].environment.keys() == set()


def test_supervisord_reads_what_was_meant(data, box):
    parsed = configparser.RawConfigParser(inline_comment_prefixes=(";",))
    parsed.read_string(supervisor_configuration(data, list(box.values())))
    command = shlex.split(parsed["program:redis"]["command"])
    assert command[-2:] == ["redis-server", str(data.redis_configuration)]
    assert parsed["program:web"]["autorestart"] == "false"
    assert parsed["program:jobs"]["autorestart"] == "true"


def test_redis_listens_on_its_socket_alone_and_forgets_nothing(data):
    lines = set(redis_configuration(data, 1024).splitlines())
    assert {"port 0", f'unixsocket "{data.redis_socket}"', "appendonly yes", "maxmemory-policy noeviction"} <= lines


@pytest.mark.parametrize(
    ("host", "url"),
    [("127.0.0.1", "http://127.0.0.1:8000"), ("::1", "http://[::1]:8000"), ("box.example", "http://box.example:8000")],
)
def test_the_address_that_people_type(host, url):
    assert Address(host=host, port=8000).url == url


@pytest.mark.parametrize("name", ["localhost", "no-such-machine.invalid"])
def test_a_name_that_leads_to_no_network_is_none_for_colleagues(name):
    assert not leads_to_the_network(name)


def test_the_address_for_colleagues_is_not_loopback():
    host = urlsplit(Address(host="0.0.0.0", port=8000).url).hostname  # noqa: S104  # nothing is bound
    assert host is not None
    assert leads_to_the_network(host) or outward_address() is None


@pytest.mark.parametrize(
    ("host", "reachable"),
    [("0.0.0.0", "127.0.0.1"), ("::", "::1"), ("10.0.0.7", "10.0.0.7")],  # noqa: S104  # nothing is bound
)
def test_a_box_that_listens_everywhere_is_asked_at_home(host, reachable):
    assert Address(host=host, port=8000).reachable_host == reachable


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("BASTIDE_MODEL_MEMORY", value) for value in ("nonsense", "-5", "0", "0G", "1e400", "")),
        ("BASTIDE_INSPECTION_SECONDS", "soon"),
        *(("BASTIDE_UPLOAD_BYTES_MAX", value) for value in ("0", "512MB", "1.5G", "1T", "9999999999G", "1 G")),
    ],
)
def test_a_setting_that_cannot_be_meant_is_told_before_anything_is_done(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(ApplianceError, match=f"{name} is '{value}', which is not a"):
        environment.check()


@pytest.mark.parametrize("name", ["BASTIDE_MODEL_MEMORY", "BASTIDE_UPLOAD_BYTES_MAX"])
@pytest.mark.parametrize("value", ["3G", "512m", "1000000", " 10K ", "512MiB", "2gib"])
def test_a_setting_that_is_right_is_taken_and_means_the_same_to_every_plane(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    environment.check()
    assert sizes.parse(name, value) == memory.parse_size(value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BASTIDE_WEBHOOK_HOSTS", "https://n8n.example/"),
        ("BASTIDE_WEBHOOK_HOSTS", "n8n.example;other"),
        ("BASTIDE_MAIL_FROM", "nobody"),
        ("BASTIDE_JOB_DAYS", "0"),
    ],
)
def test_what_is_no_host_no_sender_and_no_days_is_told(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(ApplianceError, match=f"{name} is '{value}', which is not"):
        environment.check()


def test_a_mail_server_that_cannot_be_meant_is_told_without_its_password(monkeypatch):
    monkeypatch.setenv("BASTIDE_SMTP_URL", "http://ada:s3cret@mail.example")
    with pytest.raises(ApplianceError) as raised:
        environment.check()
    assert "s3cret" not in raised.value.message + raised.value.hint


@pytest.mark.parametrize("name", ["BASTIDE_SMTP_URL", "BASTIDE_MAIL_FROM"])
def test_mail_needs_a_server_and_a_sender(monkeypatch, name):
    both = {"BASTIDE_SMTP_URL": "smtps://ada:s%25cret@mail.example:465", "BASTIDE_MAIL_FROM": "box@example.org"}
    for each, value in both.items():
        monkeypatch.setenv(each, value)
    environment.check()
    monkeypatch.delenv(name)
    with pytest.raises(ApplianceError, match="mail needs both"):
        environment.check()


@pytest.mark.parametrize("hosts", ["", "n8n.example", "10.0.0.7:8080, [fd00::1]:80,n8n.example"])
def test_hosts_for_webhooks_are_taken(monkeypatch, hosts):
    monkeypatch.setenv("BASTIDE_WEBHOOK_HOSTS", hosts)
    environment.check()


def test_the_password_of_the_mail_server_is_known_to_the_control_worker_alone(data, monkeypatch):
    monkeypatch.setenv("BASTIDE_SMTP_URL", "smtps://ada:secret@mail.example")
    known = [
        each.name
        for each in programs(data, ADDRESS, Sizes(web=1, inference=1, batch=1))
        if "BASTIDE_SMTP_URL" in each.environment
    ]
    assert known == ["control"]


def test_supervisord_takes_a_percent_sign_as_it_is(data, monkeypatch):
    monkeypatch.setenv("BASTIDE_SMTP_URL", "smtps://ada:a%40b@mail.example")
    box = programs(data, ADDRESS, Sizes(web=1, inference=1, batch=1))
    data.root.mkdir()
    data.logs.mkdir()
    data.run.mkdir()
    path = data.root / "supervisord.conf"
    path.write_text(supervisor_configuration(data, box))
    options = ServerOptions()
    options.realize(["-c", str(path)])
    told = next(each for each in options.process_group_configs if each.name == "control").process_configs[0].environment
    assert told["BASTIDE_SMTP_URL"] == "smtps://ada:a%40b@mail.example"
