"""How often people are told, of what, and in which words."""

from datetime import timedelta

import pytest
from django.core import mail

from tests.playground import NOON
from tests.running_box import eventually
from tests.webapp.alerts.conftest import HOUR
from tests.webapp.monitoring.test_health import CARAT, DAY, window
from webapp.alerts.courier import Courier
from webapp.alerts.deliveries import Channel, Delivery, Progress
from webapp.alerts.digests import NO_ADDRESS, NOT_ALLOWED, make_due, remember_language
from webapp.alerts.models import Alert, AlertEvent, Digest
from webapp.alerts.noticing import settings_of
from worker.contract.monitoring import State


@pytest.fixture(autouse=True)
def _mail(settings, alice):
    settings.MAIL_FROM = "box@example.org"
    alice.email = "alice@example.org"
    alice.save()


@pytest.fixture
def alarmed(looked, noticed, penguins):
    figures = {"features": (CARAT,), "ranking": (("bill_mm", 6.5),)}
    looked(window(0), window(1, State.WATCHED), window(2, State.CHANGED, **figures))
    noticed()
    return penguins


def send(now=NOON) -> None:
    courier = Courier()
    courier.look(now)
    assert eventually(lambda: all(future.done() for future in courier._under_way.values()))
    courier.look(now)


def test_what_is_new_is_told_once(alarmed):
    assert make_due(NOON) == 1
    assert make_due(NOON + HOUR) == 0
    assert make_due(NOON + 5 * DAY) == 0
    assert Digest.objects.count() == 1


def test_a_second_thing_on_the_same_day_waits_for_the_next(alarmed, looked, noticed):
    make_due(NOON)
    looked(window(3))
    noticed(NOON + HOUR)
    assert make_due(NOON + 2 * HOUR) == 0
    assert make_due(NOON + DAY) == 1
    assert list(Digest.objects.order_by("on").values_list("on", flat=True)) == [NOON.date(), (NOON + DAY).date()]


def test_nobody_is_told_before_the_hour_that_an_administrator_set(alarmed, settings):
    settings.ALERT_HOUR = 23
    assert make_due(NOON) == 0
    assert make_due(NOON + 11 * HOUR) == 1


def test_a_muted_endpoint_tells_when_the_time_is_over(alarmed):
    wishes = settings_of(alarmed)
    wishes.muted_until = (NOON + 3 * DAY).date()
    wishes.save()
    assert make_due(NOON + 2 * DAY) == 0
    assert make_due(NOON + 3 * DAY) == 1


def test_a_muted_alert_is_not_told_of(alarmed, alice):
    Alert.objects.get().mute(alice, (NOON + 3 * DAY).date(), NOON)
    assert make_due(NOON) == 0
    assert make_due(NOON + 3 * DAY) == 1


def test_the_owner_reads_what_changed_why_and_what_to_do(alarmed):
    make_due(NOON)
    send()
    (letter,) = mail.outbox
    assert (letter.to, letter.from_email) == (["alice@example.org"], "box@example.org")
    assert letter.subject == "Penguins: The data changed"
    assert "Changed since 18 November 2025: bill_mm." in letter.body
    assert "The unit has probably changed (carat to mg)" in letter.body
    assert "http://box.example/endpoints/penguins/health/" in letter.body
    assert "rows that drove it. http://box.example/endpoints/penguins/health/features/1/#rows" in letter.body
    assert f"http://box.example/alerts/{Alert.objects.get().pk}/" in letter.body


def test_mail_is_in_the_language_in_which_the_owner_reads(alarmed, alice):
    remember_language(alice, "fr")
    make_due(NOON)
    send()
    (letter,) = mail.outbox
    assert letter.subject == "Penguins\xa0: Les données ont changé"
    assert "Changement depuis le 18 novembre 2025" in letter.body
    assert "Bonjour," in letter.body


def test_what_has_ended_is_told(alarmed, looked, noticed):
    make_due(NOON)
    send()
    looked(window(3))
    noticed(NOON + HOUR)
    make_due(NOON + DAY)
    send(NOON + DAY)
    assert mail.outbox[1].subject == "Penguins: something has ended"
    assert "The data changed: it ended by itself." in mail.outbox[1].body


def test_a_rule_that_fired_often_in_vain_is_told_to_be_changed(alarmed, looked, noticed, alice):
    for round_ in range(1, 4):
        looked(window(10 * round_))
        noticed(NOON + round_ * HOUR)
        looked(window(10 * round_ + 1, State.CHANGED))
        noticed(NOON + round_ * HOUR + timedelta(minutes=1))
    make_due(NOON)
    send()
    assert "This rule has fired 4 times and nobody has done anything about it." in mail.outbox[0].body
    Alert.objects.open().get().acknowledge(alice, "A new supplier.", NOON + DAY)
    assert Alert.objects.fired_in_vain(alarmed, "changed") == 0


def test_whoever_has_no_address_is_a_failure_that_is_shown(alarmed, alice):
    alice.email = ""
    alice.save()
    make_due(NOON)
    delivery = Delivery.objects.get()
    assert (delivery.progress, delivery.problem) == (Progress.FAILED, NO_ADDRESS)


def test_a_webhook_to_a_host_that_nobody_allows_is_a_failure(alarmed):
    wishes = settings_of(alarmed)
    wishes.webhook, wishes.mail = "https://n8n.example/", False
    wishes.save()
    make_due(NOON)
    delivery = Delivery.objects.get()
    assert (delivery.channel, delivery.progress, delivery.problem) == (Channel.WEBHOOK, Progress.FAILED, NOT_ALLOWED)


def test_an_owner_is_told_in_place_of_who_promoted(alarmed, bob):
    bob.email = "bob@example.org"
    bob.save()
    wishes = settings_of(alarmed)
    wishes.owner = bob
    wishes.save()
    make_due(NOON)
    assert Delivery.objects.get().address == "bob@example.org"


def test_a_box_without_mail_makes_a_digest_for_its_pages_alone(alarmed, settings):
    settings.MAIL_FROM = ""
    assert make_due(NOON) == 1
    assert not Delivery.objects.exists()
    assert AlertEvent.objects.filter(digest=None).count() == 0
