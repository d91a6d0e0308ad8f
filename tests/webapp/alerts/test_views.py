"""The pages of alerts: what they show to whom, what people may say, and that it is kept."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.playground import NOON, add_user
from tests.webapp.monitoring.test_health import CARAT, window
from webapp.accounts.models import Role
from webapp.alerts.digests import language_of, make_due
from webapp.alerts.models import Alert, AlertSettings, EventKind
from webapp.alerts.noticing import settings_of
from webapp.alerts.signed_posts import secret_of
from webapp.audit.models import Action, AuditEvent
from worker.contract.monitoring import State

ALL_RULES = ["changed", "data_fault", "worse", "biased", "look_failed", "look_missing"]


@pytest.fixture
def alert(looked, noticed) -> Alert:
    figures = {"features": (CARAT,), "ranking": (("bill_mm", 6.5),)}
    looked(window(0), window(1, State.WATCHED), window(2, State.CHANGED, **figures))
    noticed()
    return Alert.objects.get()


def page(client, name, *arguments) -> str:
    content: bytes = client.get(reverse(name, args=arguments)).content
    return content.decode()


def test_all_alerts_are_on_one_page_with_their_count_in_the_navigation(as_alice, alert):
    told = page(as_alice, "alerts")
    assert "1 alert waits for an answer." in told
    assert "Changed since 18 November 2025: bill_mm." in told
    assert "1 waits for an answer" in page(as_alice, "home")


def test_the_page_of_health_shows_the_alerts_of_the_endpoint(as_alice, alert):
    assert reverse("alert", args=[alert.pk]) in page(as_alice, "endpoint_health", "penguins")


def test_a_publisher_of_other_models_sees_none_of_it(client, alert):
    client.force_login(add_user("pia", Role.PUBLISHER))
    told = page(client, "alerts")
    assert "Nothing that you manage needs a look." in told
    assert "bill_mm" not in told


def test_an_alert_says_the_likely_cause_and_what_to_do(as_alice, alert):
    told = page(as_alice, "alert", alert.pk)
    assert "The unit has probably changed (carat to mg)" in told
    assert reverse("endpoint_health", args=["penguins"]) in told
    assert "train on new rows" in told


def test_going_back_is_offered_where_there_is_a_version_to_go_back_to(as_alice, alert, penguins):
    assert "Roll back to version" not in page(as_alice, "alert", alert.pk)
    champion = penguins.champion
    champion.former = penguins.deployments.create(
        version=_second(champion), role="champion", deployed_at=NOON, deployed_by=champion.deployed_by, ended_at=NOON
    )
    champion.save()
    told = page(as_alice, "alert", alert.pk)
    assert "Roll back to version 2" in told
    assert reverse("roll_back", args=["penguins"]) in told


def _second(champion):
    version = champion.version
    version.pk, version.number, version.digest, version.inspection_id = None, 2, "second", "second"
    version.save(force_insert=True)
    return version


@pytest.mark.parametrize(("action", "kind"), [("acknowledge", EventKind.ACKNOWLEDGED), ("done", EventKind.DONE)])
def test_what_somebody_says_is_kept_with_their_name(as_alice, alert, action, kind):
    as_alice.post(reverse("alert", args=[alert.pk]), {"action": action, "words": "Asked the shop."})
    assert Alert.objects.get().events.get(kind=kind, by__username="alice").words == "Asked the shop."
    told = page(as_alice, "alert", alert.pk)
    assert "Asked the shop." in told
    assert "seen by alice" in told
    audited = AuditEvent.objects.get(action=Action.ALERT_ANSWERED)
    assert (audited.by, audited.endpoint, audited.reason) == ("alice", "penguins", "Asked the shop.")


def test_who_has_seen_an_alert_need_not_write_anything(as_alice, alert):
    assert as_alice.post(reverse("alert", args=[alert.pk]), {"action": "acknowledge"}).status_code == 302
    assert Alert.objects.get().events.get(kind=EventKind.ACKNOWLEDGED, by__username="alice").words == ""
    assert Alert.objects.unanswered().count() == 0


@pytest.mark.parametrize("said", [{"action": "done"}, {"action": "delete", "words": "x"}, {}])
def test_a_deed_without_words_or_an_answer_of_another_kind_changes_nothing(as_alice, alert, said):
    assert as_alice.post(reverse("alert", args=[alert.pk]), said).status_code == 400
    assert Alert.objects.unanswered().count() == 1


def test_an_alert_is_muted_until_a_day_and_told_of_again(as_alice, alert):
    until = timezone.localdate() + timedelta(days=3)
    as_alice.post(reverse("alert", args=[alert.pk]), {"action": "mute", "until": until.isoformat()})
    assert Alert.objects.get().muted_until == until
    as_alice.post(reverse("alert", args=[alert.pk]), {"action": "mute", "until": ""})
    assert Alert.objects.get().muted_until is None
    assert AuditEvent.objects.filter(action=Action.ALERT_MUTED).count() == 2


@pytest.mark.parametrize("days", [-1, 0, 91])
def test_nothing_is_muted_for_long_or_into_the_past(as_alice, alert, days):
    until = (timezone.localdate() + timedelta(days=days)).isoformat()
    answer = as_alice.post(reverse("alert", args=[alert.pk]), {"action": "mute", "until": until})
    assert answer.status_code == 400
    assert "within 90 days" in answer.content.decode()


def test_settings_are_kept_audited_and_judged_by_anew(as_alice, alert, bob, settings):
    settings.WEBHOOK_HOSTS = ("n8n.example",)
    admin = add_user("ada", Role.ADMIN)
    said = {"owner": admin.pk, "webhook": "https://n8n.example/hook", "rules": ALL_RULES[1:], "silent_days": "7"}
    assert as_alice.post(reverse("alert_settings", args=["penguins"]), said).status_code == 302
    wishes = AlertSettings.objects.get()
    assert (wishes.owner, wishes.mail, wishes.rules_off, wishes.silent_days) == (admin, False, ["changed"], 7)
    assert wishes.judged_at is None
    event = AuditEvent.objects.get(action=Action.ALERTS_CHANGED)
    assert (event.endpoint, event.after["owner"], event.after["silent_days"]) == ("penguins", "ada", 7)
    assert secret_of(wishes) in page(as_alice, "alert_settings", "penguins")


def test_a_new_secret_is_another_one(as_alice, penguins, settings):
    settings.WEBHOOK_HOSTS = ("n8n.example",)
    before = secret_of(settings_of(penguins))
    said = {"webhook": "https://n8n.example/hook", "rules": ALL_RULES, "new_secret": "on"}
    as_alice.post(reverse("alert_settings", args=["penguins"]), said)
    assert secret_of(settings_of(penguins)) != before


@pytest.mark.parametrize(
    "said",
    [
        {"webhook": "https://elsewhere.example/"},
        {"silent_days": "0"},
        {"silent_days": "soon"},
        {"muted_until": "2001-01-01"},
        {"rules": ["anything"]},
    ],
)
def test_settings_that_cannot_be_meant_are_refused(as_alice, penguins, said):
    answer = as_alice.post(reverse("alert_settings", args=["penguins"]), {"rules": ALL_RULES} | said)
    assert answer.status_code == 400
    assert AlertSettings.objects.get().rules_off == []


def test_somebody_who_may_only_use_the_endpoint_owns_none(as_alice, penguins, bob):
    said = {"rules": ALL_RULES, "owner": bob.pk}
    assert as_alice.post(reverse("alert_settings", args=["penguins"]), said).status_code == 400


def test_digests_that_did_not_arrive_are_shown_here_and_to_administrators_on_the_box(as_alice, as_bob, alert, settings):
    settings.MAIL_FROM = "box@example.org"
    make_due(timezone.now())
    for name in ("alerts", "box"):
        assert "The account has no e-mail address" in page(as_alice, name)
    assert "did not arrive" not in page(as_bob, "box")


def test_the_language_in_which_somebody_reads_is_remembered(as_alice, alice):
    as_alice.cookies["django_language"] = "fr"
    assert "Alertes" in page(as_alice, "alerts")
    assert language_of(alice) == "fr"


def test_pages_of_alerts_are_in_french(as_alice, alert):
    as_alice.cookies["django_language"] = "fr"
    for name, arguments in (("alerts", ()), ("alert", (alert.pk,)), ("alert_settings", ("penguins",))):
        told = page(as_alice, name, *arguments)
        assert "Alertes" in told
        assert "What to do" not in told
