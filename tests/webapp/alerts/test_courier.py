"""What becomes of deliveries: a real mail server and a real receiver listen here, and some of them break off."""

import hashlib
import hmac
import http.server
import json
import socketserver
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.playground import NOON
from tests.running_box import eventually
from tests.webapp.alerts.conftest import HOUR
from tests.webapp.alerts.far_sides import MailServer, Receiver, serving
from tests.webapp.monitoring.test_health import DAY, window
from webapp.alerts.courier import CUT_OFF, Courier, write_state
from webapp.alerts.deliveries import TRIED_FOR, Channel, Delivery, Progress
from webapp.alerts.digests import NOT_ALLOWED, make_due
from webapp.alerts.noticing import settings_of
from webapp.alerts.signed_posts import secret_of
from worker.contract.monitoring import State

SMTP = "webapp.egress.going_out.Mail"


@pytest.fixture
def post_office(settings) -> Iterator[Any]:
    with serving(socketserver.ThreadingTCPServer(("127.0.0.1", 0), MailServer), b"250 taken\r\n") as server:
        settings.EMAIL_BACKEND, settings.MAIL_FROM = SMTP, "box@example.org"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address
        yield server


@pytest.fixture
def receiver(settings) -> Iterator[Any]:
    with serving(http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver), 204) as server:
        settings.WEBHOOK_HOSTS = (f"127.0.0.1:{server.server_port}",)
        yield server


@pytest.fixture
def alarmed(looked, noticed, penguins, alice):
    alice.email = "alice@example.org"
    alice.save()
    looked(window(0), window(1, State.WATCHED), window(2, State.CHANGED))
    noticed()
    return penguins


def hook(endpoint, url: str) -> str:
    """Have an endpoint tell a webhook. Return the secret."""
    wishes = settings_of(endpoint)
    wishes.webhook = url
    wishes.save()
    return secret_of(wishes)


def look(courier: Courier, now=NOON) -> Delivery:
    courier.look(now)
    assert eventually(lambda: all(future.done() for future in courier._under_way.values()))
    courier.look(now)
    return Delivery.objects.get()


@pytest.fixture
def courier() -> Courier:
    return Courier()


def test_a_mail_goes_out_once(alarmed, post_office, courier):
    make_due(NOON)
    assert look(courier).progress == Progress.SENT
    look(courier, NOON + HOUR)
    look(Courier(), NOON + DAY)
    assert sum(line.startswith(b"Subject: Penguins: The data changed") for line in post_office.taken) == 1


def test_a_mail_server_that_is_down_is_tried_again_after_longer_and_longer_pauses_for_a_day(alarmed, courier, settings):
    settings.EMAIL_BACKEND, settings.MAIL_FROM, settings.EMAIL_HOST, settings.EMAIL_PORT = (
        SMTP,
        "b@x.org",
        "127.0.0.1",
        1,
    )
    make_due(NOON)
    tried, now = [], NOON
    while (delivery := look(courier, now)).progress == Progress.WAITING:
        tried.append(round((now - NOON).total_seconds() / 60))
        now = delivery.next_at
    assert tried[:5] == [0, 1, 3, 7, 15]
    assert len(tried) < 35
    assert (delivery.progress, now - NOON >= TRIED_FOR) == (Progress.FAILED, True)
    assert "refused" in delivery.problem


@pytest.mark.alone
def test_a_mail_server_that_is_down_holds_nobody_up(alarmed, courier, settings):
    settings.EMAIL_BACKEND, settings.MAIL_FROM = SMTP, "box@example.org"
    with socketserver.TCPServer(("127.0.0.1", 0), socketserver.BaseRequestHandler) as mute:  # takes, and says nothing
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", int(mute.server_address[1]), 2
        make_due(NOON)
        began_s = time.monotonic()
        courier.look(NOON)
        assert time.monotonic() - began_s < 1
        assert look(courier).progress == Progress.WAITING


def test_a_mail_that_the_server_refuses_is_tried_again(alarmed, post_office, courier):
    post_office.answers = b"451 later\r\n"
    make_due(NOON)
    assert look(courier).progress == Progress.WAITING
    post_office.answers = b"250 taken\r\n"
    assert look(courier, NOON + timedelta(minutes=1)).progress == Progress.SENT


def test_a_mail_of_which_nobody_knows_whether_it_was_taken_is_not_sent_twice(alarmed, post_office, courier):
    post_office.answers = b""
    make_due(NOON)
    assert look(courier).progress == Progress.UNCERTAIN
    post_office.answers = b"250 taken\r\n"
    look(courier, NOON + HOUR)
    assert sum(line.startswith(b"Subject:") for line in post_office.taken) == 1


def test_what_a_box_was_sending_when_it_died_is_not_sent_twice(alarmed, post_office):
    make_due(NOON)
    assert Delivery.objects.get().begin()
    delivery = look(Courier(), NOON + HOUR)
    assert (delivery.progress, delivery.problem, post_office.taken) == (Progress.UNCERTAIN, CUT_OFF, [])


def test_a_webhook_is_signed_and_says_what_changed(alarmed, receiver, courier):
    secret = hook(alarmed, f"http://127.0.0.1:{receiver.server_port}/hook")
    make_due(NOON)
    assert look(courier).progress == Progress.SENT
    ((headers, body),) = receiver.taken
    signed = hmac.new(secret.encode(), headers["X-Bastide-Timestamp"].encode() + b"." + body, hashlib.sha256)
    assert headers["X-Bastide-Signature"] == f"sha256={signed.hexdigest()}"
    told = json.loads(body)
    assert (told["endpoint"], [each["rule"] for each in told["new"]]) == ("penguins", ["changed"])
    assert told["new"][0]["words"] == "Changed since 18 November 2025: bill_mm."


@pytest.mark.parametrize(
    ("status", "progress"),
    [
        (500, Progress.WAITING),
        (429, Progress.WAITING),
        (404, Progress.FAILED),
        (307, Progress.FAILED),
        (None, Progress.UNCERTAIN),
    ],
)
def test_what_becomes_of_a_webhook_by_what_is_answered(alarmed, receiver, courier, status, progress):
    hook(alarmed, f"http://127.0.0.1:{receiver.server_port}/")
    receiver.answers = status
    make_due(NOON)
    assert look(courier).progress == progress
    assert len(receiver.taken) == 1


def test_a_host_that_is_allowed_no_more_is_not_told(alarmed, receiver, courier, settings):
    hook(alarmed, f"http://127.0.0.1:{receiver.server_port}/")
    make_due(NOON)
    settings.WEBHOOK_HOSTS = ()
    assert look(courier).problem == NOT_ALLOWED
    assert receiver.taken == []


def test_mail_and_webhook_do_not_wait_for_each_other(alarmed, post_office, courier, settings):
    settings.WEBHOOK_HOSTS = ("127.0.0.1:1",)
    hook(alarmed, "http://127.0.0.1:1/")
    make_due(NOON)
    courier.look(NOON)
    assert eventually(lambda: all(future.done() for future in courier._under_way.values()))
    courier.look(NOON)
    found = dict(Delivery.objects.values_list("channel", "progress"))
    assert found == {Channel.MAIL: Progress.SENT, Channel.WEBHOOK: Progress.WAITING}


def test_what_did_not_arrive_is_kept_where_doctor_reads_it(alarmed, settings, courier):
    write_state(NOON)
    assert json.loads(settings.ALERTS_FILE.read_text())["undelivered"] == 0
    settings.WEBHOOK_HOSTS = ("127.0.0.1:1",)
    hook(alarmed, "http://127.0.0.1:1/")
    make_due(NOON)
    look(courier)
    write_state(NOON)
    state = json.loads(settings.ALERTS_FILE.read_text())
    assert (state["undelivered"], state["endpoint"]) == (1, "penguins")
    assert "refused" in state["problem"]
