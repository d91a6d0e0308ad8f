"""The page about the box."""

import json
from contextlib import closing

import pytest
import redis
from django.db import DatabaseError, connection
from django.utils import translation

from tests.playground import NOON
from tests.redis_server import running_redis
from webapp import redis_client
from webapp.box import box as measuring
from webapp.box.box import Check, Resources, Service, ServiceName, checks, resources, services
from webapp.box.views import judged
from webapp.box.wording import box_sentence, check_rows, meters, service_rows
from worker.contract.words import Words

CHECKS = {
    "checked_at": "2025-11-17T12:00:00+00:00",
    "forced": False,
    "results": [
        {"id": "memory", "title": "Memory", "measured": "8 GiB", "needed": "1 GiB", "status": "passed", "hint": ""},
        {"id": "clock", "title": "Clock", "measured": "no", "needed": "yes", "status": "warning", "hint": "set it"},
    ],
}
WELL = tuple(Service(name=name, answers=True) for name in ServiceName)


@pytest.fixture
def checked(settings):
    settings.CHECKS_FILE.write_text(json.dumps(CHECKS))


def test_services_without_redis_are_told_apart(db):
    assert {service.name: service.answers for service in services()} == {
        "web": True, "database": True, "redis": False, "inference": None, "jobs": None, "control": None
    }  # fmt: skip


def test_living_workers_are_counted(monkeypatch, tmp_path, db):
    with running_redis(tmp_path) as socket, closing(redis.Redis(unix_socket_path=str(socket))) as client:
        monkeypatch.setattr(redis_client, "client", lambda: client)
        for key in ("bastide:alive", "bastide:alive:one", "bastide:alive:two", "bastide:life:control:control@box"):
            client.set(key, 1)
        counts = {service.name: service.count for service in services()}
    assert [counts[name] for name in (ServiceName.INFERENCE, ServiceName.JOBS, ServiceName.CONTROL)] == [2, 0, 1]


def test_resources_are_those_of_this_machine():
    found = resources()
    assert 0 < found.memory_used_bytes < found.memory_total_bytes
    assert 0 <= found.cpu_percent <= 100


def test_checks_are_read(checked):
    assert [check.id for check in checks().results] == ["memory", "clock"]


@pytest.mark.parametrize("content", [b"", b"{", b'{"results": 3}', b"\xff"])
def test_checks_that_cannot_be_read_are_none(settings, content):
    settings.CHECKS_FILE.write_bytes(content)
    assert checks().results == ()


def test_a_box_that_is_well_says_so():
    assert box_sentence(WELL, ()).words == "The box is well: every service answers."


def test_what_does_not_answer_is_named():
    silent = (*WELL[:3], Service(name=ServiceName.INFERENCE, answers=False, count=0))
    assert box_sentence(silent, ()).words == "Not everything answers: Inference workers."


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("failed", "Every service answers, but 1 check failed."),
        ("warning", "Every service answers; 1 check deserves a look."),
    ],
)
def test_checks_are_counted(status, words):
    assert box_sentence(WELL, (Check(id="clock", status=status),)).words == words


def test_what_needs_a_look_comes_first():
    rows = check_rows([Check(id="a", status="passed"), Check(id="b", status="failed"), Check(id="c", status="odd")])
    assert [(row.title, row.state) for row in rows] == [("b", "bad"), ("a", "good"), ("c", "unknown")]


def test_meters_stay_numbers_in_french():
    with translation.override("fr"):
        assert all(float(meter.width) >= 0 for meter in meters(resources()))


def test_the_disk_is_full_when_none_of_it_is_free_for_the_box():
    found = Resources(
        cpu_count=2,
        cpu_percent=1.0,
        load_1min=0.1,
        memory_total_bytes=4 << 30,
        memory_used_bytes=1 << 30,
        disk_total_bytes=105 << 30,
        disk_used_bytes=25 << 30,
        disk_free_bytes=75 << 30,
        started_at=NOON,
    )
    disk = meters(found)[-1]
    assert (disk.words, disk.detail) == ("25 %", "75.0 GiB free")
    with translation.override("fr"):
        assert meters(found)[-1].detail == "75,0 Gio libres"


def test_what_only_redis_knows_is_not_called_dead():
    unknown = (*WELL[:2], Service(name=ServiceName.REDIS, answers=False), Service(name=ServiceName.JOBS, answers=None))
    assert box_sentence(unknown, ()).words == "Not everything answers: Redis."
    assert [(row.words, row.state) for row in service_rows(unknown)][-1] == ("not known", "unknown")


def test_a_check_is_said_in_the_readers_language():
    words = {"measured": Words("{size:.1f} GiB", {"size": 23.46})}
    check = Check(id="memory", title="Memory", measured="23.5 GiB", status="passed", words=words)
    with translation.override("fr"):
        assert check_rows([check])[0].measured == "23,5 Gio"


def test_a_check_without_words_is_said_as_it_was_written():
    with translation.override("fr"):
        assert check_rows([Check(id="memory", measured="23.5 GiB")])[0].measured == "23.5 GiB"


def test_everybody_sees_the_state_and_no_figure(as_bob, checked):
    page = as_bob.get("/box/").content.decode()
    assert "Inference workers" in page
    assert "Processor" not in page
    assert "Clock" not in page


def test_an_admin_sees_figures_and_checks(as_alice, checked):
    page = as_alice.get("/box/").content.decode()
    assert "Processor" in page
    assert "set it" in page
    assert "Checks before the start, 17 November 2025, " in page


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "although a check failed: “a &lt;slow&gt; disk”"),
        ("fr", "un contrôle ait échoué\u00a0: «\u00a0a &lt;slow&gt; disk\u00a0»"),
    ],
)
def test_an_admin_sees_why_a_box_runs_although_a_check_failed(as_alice, settings, language, words):
    settings.CHECKS_FILE.write_text(json.dumps(CHECKS | {"forced": True, "reason": "a <slow> disk"}))
    assert words in as_alice.get("/box/", headers={"Accept-Language": language}).content.decode()


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            (
                "ada (an account of the machine) installed the box on 17 November 2025, ",
                "although this failed: Free disk space. Why: “a trial”",
            ),
        ),
        (
            "fr",
            (
                "ada (un compte du système) a installé la machine le 17 novembre 2025",
                "malgré l\u2019échec de\u00a0: Espace disque libre. Raison\u00a0: «\u00a0a trial\u00a0»",
            ),
        ),
    ],
)
def test_an_admin_sees_who_installed_a_box_although_what_failed(as_alice, settings, language, words):
    title = {"title": {"template": "Free disk space", "facts": {}}}
    failed = {"id": "disk_free", "title": "Free disk space", "status": "failed", "words": title}
    forced = {"forced": True, "reason": "a trial", "by": "ada", "results": [failed]}
    settings.CHECKS_FILE.write_text(json.dumps(CHECKS | forced))
    page = as_alice.get("/box/", headers={"Accept-Language": language}).content.decode()
    assert [each for each in words if each not in page] == []


@pytest.fixture
def looked_at(settings):
    hint = "sudo systemctl start bastide-redis.service; if it ends again, see why: sudo bastide logs redis"
    template = "sudo systemctl start {unit}; if it ends again, see why: sudo bastide logs {name}"
    words = {"hint": {"template": template, "facts": {"unit": "bastide-redis.service", "name": "redis"}}}
    finding = {"id": "unit_redis", "title": "Unit redis", "status": "failed", "hint": hint, "words": words}
    settings.FINDINGS_FILE.write_text(json.dumps({"checked_at": "2025-11-18T12:00:00+00:00", "results": [finding]}))


def test_an_admin_sees_what_the_last_look_found(as_alice, checked, looked_at):
    page = as_alice.get("/box/").content.decode()
    assert "Last look at the box, 18 November 2025, " in page
    assert "sudo systemctl start bastide-redis.service" in page
    assert "Checks before the start, " in page


@pytest.mark.parametrize("cast", ["alice", "bob"])
def test_the_first_line_tells_an_admin_of_the_last_look(rf, request, checked, looked_at, cast):
    asked = rf.get("/box/")
    asked.user = request.getfixturevalue(cast)
    assert [check.id for check in judged(asked)] == (["unit_redis"] if cast == "alice" else [])


def test_what_was_found_is_said_in_the_readers_language(as_alice, looked_at):
    page = as_alice.get("/box/", headers={"accept-language": "fr"}).content.decode()
    assert "voyez pourquoi" in page


def test_nobody_else_sees_what_was_found(as_bob, looked_at):
    assert "redis.service" not in as_bob.get("/box/").content.decode()


def test_a_box_that_nobody_looks_at_has_no_such_part(as_alice, checked):
    assert "Last look" not in as_alice.get("/box/").content.decode()


def test_an_admin_without_checks_sees_what_to_type(as_alice):
    assert "./bastide check" in as_alice.get("/box/").content.decode()


def test_what_moves_has_no_figure_for_a_user(as_bob, checked):
    now = as_bob.get("/box/now.json").json()
    assert now["meters"] == []
    assert len(now["services"]) == len(ServiceName)


def test_what_moves_has_figures_for_an_admin(as_alice, checked):
    assert [meter["id"] for meter in as_alice.get("/box/now.json").json()["meters"]] == [
        "cpu",
        "memory",
        "disk",
        "models",
    ]


def test_a_database_that_is_away_is_told(monkeypatch):
    monkeypatch.setattr(connection, "cursor", _away)
    assert not measuring._database_answers()


def _away() -> None:
    raise DatabaseError


def test_the_memory_of_models_is_told_in_numbers(as_alice, penguins, settings):
    settings.INFERENCE_PROCESSES, settings.MODEL_MEMORY_BYTES = 2, 80 << 20
    meter = as_alice.get("/box/now.json").json()["meters"][-1]
    assert (meter["words"], meter["detail"]) == ("10 %", "the deployed versions need 8 MiB of 80 MiB")
