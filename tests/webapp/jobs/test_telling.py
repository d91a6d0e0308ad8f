"""Who is told of the end of a job, how often, and what they read."""

import time
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail

from tests.playground import NOON
from tests.running_box import eventually
from webapp.jobs import webhooks
from webapp.jobs.errors import JobChoiceError
from webapp.jobs.letters import letter, mail_is_possible
from webapp.jobs.models import BatchJob, Status
from webapp.jobs.telling import TELLS_FOR, Teller, require_tellable
from webapp.jobs.webhooks import WebhookError

HOOK = "http://n8n.example/hook"


class Network:
    """Stands for the network: takes what is posted, or not."""

    def __init__(self) -> None:
        self.posted: list[str] = []
        self.takes = True

    def post(self, url: str, body: bytes) -> None:
        self.posted.append(url)
        if not self.takes:
            msg = "answered with status 500"
            raise WebhookError(msg)


@pytest.fixture
def network(monkeypatch) -> Network:
    found = Network()
    monkeypatch.setattr(webhooks, "post", found.post)
    return found


@pytest.fixture(autouse=True)
def _settings(settings):
    settings.WEBHOOK_HOSTS = ("n8n.example",)
    settings.MAIL_FROM = "box@example.org"
    settings.PUBLIC_URL = "http://box.example"


@pytest.fixture
def teller() -> Teller:
    return Teller()


@pytest.fixture
def job(bob, penguins) -> BatchJob:
    bob.email = "bob@example.org"
    bob.save()
    return ended(bob, penguins)


def ended(owner: Any, endpoint: Any, **changes: Any) -> BatchJob:
    known: dict[str, Any] = {
        "endpoint": endpoint,
        "version": endpoint.champion.version,
        "owner": owner,
        "status": Status.SUCCEEDED,
        "file_name": "people.csv",
        "input_bytes": 1000,
        "language": "en",
        "rows_total": 12_000,
        "rows_done": 12_000,
        "created_at": NOON,
        "ended_at": NOON,
        "expires_at": NOON + timedelta(days=7),
    }
    return BatchJob.objects.create(**(known | changes))


def look(teller: Teller, now: datetime) -> None:
    """Look, wait until what was begun has come to an end, and take that in."""
    teller.look(now)
    assert eventually(lambda: all(future.done() for future in teller._under_way.values()))
    teller.look(now)


def change(job: BatchJob, **changes: Any) -> None:
    BatchJob.objects.filter(pk=job.pk).update(**changes)
    job.refresh_from_db()


def test_nobody_is_told_of_a_job_for_which_nobody_asked(job, network, teller):
    look(teller, NOON)
    assert (network.posted, mail.outbox) == ([], [])


@pytest.mark.parametrize("status", [Status.CANCELED, Status.RUNNING])
def test_nobody_is_told_of_a_job_that_was_canceled_or_runs(job, network, teller, status):
    change(job, webhook=HOOK, status=status)
    look(teller, NOON)
    assert network.posted == []


def test_a_webhook_is_told_once(job, network, teller):
    change(job, webhook=HOOK)
    look(teller, NOON)
    look(teller, NOON + timedelta(minutes=5))
    job.refresh_from_db()
    assert (network.posted, job.told_at) == ([HOOK], NOON)


def test_what_was_told_is_not_told_by_another_control_worker(job, network, teller):
    change(job, webhook=HOOK)
    look(teller, NOON)
    look(Teller(), NOON)
    assert network.posted == [HOOK]


def test_a_webhook_that_fails_is_told_again_after_longer_and_longer_pauses_until_an_hour_is_over(job, network, teller):
    change(job, webhook=HOOK)
    network.takes = False
    tried_s = []
    for seconds in range(0, 5400, 5):
        before = len(network.posted)
        look(teller, NOON + timedelta(seconds=seconds))
        tried_s += [seconds] * (len(network.posted) - before)
    assert tried_s[:5] == [0, 10, 30, 70, 150]
    assert len(tried_s) < 15
    assert 3000 < tried_s[-1] <= TELLS_FOR.total_seconds()


def test_who_did_not_take_it_is_told_once_it_does(job, network, teller):
    change(job, webhook=HOOK)
    network.takes = False
    look(teller, NOON)
    network.takes = True
    look(teller, NOON + timedelta(seconds=10))
    job.refresh_from_db()
    assert (len(network.posted), job.told_at) == (2, NOON + timedelta(seconds=10))


def test_a_mail_is_not_sent_again_because_the_webhook_failed(job, network, teller):
    change(job, webhook=HOOK, mail=True)
    network.takes = False
    look(teller, NOON)
    look(teller, NOON + timedelta(seconds=10))
    assert (len(network.posted), len(mail.outbox)) == (2, 1)


def test_a_host_that_is_allowed_no_more_is_not_told(job, network, teller, settings):
    change(job, webhook=HOOK)
    settings.WEBHOOK_HOSTS = ()
    look(teller, NOON)
    job.refresh_from_db()
    assert (network.posted, job.told_at) == ([], NOON)


@pytest.mark.alone
def test_a_slow_network_holds_nobody_up(job, monkeypatch, teller):
    change(job, webhook=HOOK)
    monkeypatch.setattr(webhooks, "post", lambda _url, _body: time.sleep(0.5))
    began_s = time.monotonic()
    teller.look(NOON)
    assert time.monotonic() - began_s < 0.4
    assert eventually(lambda: all(future.done() for future in teller._under_way.values()))


def test_a_job_that_was_begun_anew_is_told_of_anew(job, network, teller):
    change(job, webhook=HOOK)
    look(teller, NOON)
    change(job, attempt=2, told_at=None)
    look(teller, NOON)
    assert len(network.posted) == 2


def test_the_owner_reads_what_became_of_the_rows(job, teller):
    change(job, mail=True, rows_invalid=1500, rows_failed=1)
    look(teller, NOON)
    (sent,) = mail.outbox
    assert (sent.to, sent.from_email, sent.subject) == (
        ["bob@example.org"],
        "box@example.org",
        "Your file “people.csv” is ready",
    )
    assert "1,501 of 12,000 rows were not answered" in sent.body
    assert f"http://box.example/jobs/{job.job_id}/" in sent.body
    assert "kept until 24 November 2025" in sent.body


def test_the_owner_reads_it_in_their_language(job):
    change(job, mail=True, language="fr")
    written = letter(job)
    assert written.subject == "Votre fichier «\xa0people.csv\xa0» est prêt"
    assert "12\u202f000 lignes, toutes traitées." in written.body.replace("\xa0", "\u202f")
    assert "24 novembre 2025 à " in written.body


def test_the_owner_reads_that_it_failed(job):
    change(job, status=Status.FAILED)
    written = letter(job)
    assert written.subject == "Your file “people.csv” could not be answered"
    assert "This page says why" in written.body


def test_a_name_with_line_breaks_breaks_no_header(job):
    change(job, file_name="people\nBcc: all@example.org.csv")
    assert "\n" not in letter(job).subject


def test_who_has_no_address_gets_no_mail(bob):
    assert not mail_is_possible(bob)
    with pytest.raises(JobChoiceError, match="no e-mail address"):
        require_tellable(bob, "", mail=True)


def test_a_box_without_a_mail_server_says_what_to_set(job, settings):
    settings.MAIL_FROM = ""
    with pytest.raises(JobChoiceError, match="BASTIDE_SMTP_URL and BASTIDE_MAIL_FROM"):
        require_tellable(job.owner, "", mail=True)


def test_a_host_that_is_not_allowed_is_refused_before_the_job(bob):
    with pytest.raises(JobChoiceError, match="BASTIDE_WEBHOOK_HOSTS"):
        require_tellable(bob, "http://elsewhere.example/", mail=False)


def test_who_can_be_told_is(job):
    require_tellable(job.owner, HOOK, mail=True)
