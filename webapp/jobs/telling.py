"""Tells of the ends of jobs, by webhook and by mail, again and again for an hour where it is not taken.

It is told at least once: a control worker that ends in the middle of it leaves it to the next one.
"""

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from http.client import HTTPException
from smtplib import SMTPException
from typing import Final

from django.conf import settings

from webapp.accounts.models import User
from webapp.jobs import webhooks
from webapp.jobs.letters import letter, mail_is_possible, require_possible
from webapp.jobs.models import BatchJob
from webapp.jobs.webhooks import WebhookError

logger = logging.getLogger(__name__)

TELLS_FOR: Final = timedelta(hours=1)
FIRST_PAUSE: Final = timedelta(seconds=10)
LONGEST_PAUSE: Final = timedelta(minutes=10)
AT_ONCE: Final = 2
NOT_TAKEN: Final = (WebhookError, HTTPException, SMTPException, OSError)

Send = Callable[[], object]
"""Tells it; raises if it was not taken."""

Word = tuple[int, int, str]
"""What is to be told: the job, its attempt, and the way, `webhook` or `mail`."""


@dataclass(kw_only=True, slots=True)
class Tries:
    """How often something was tried in vain, and when it is tried again."""

    count: int = 0
    next_at: datetime | None = None

    def note(self, now: datetime) -> timedelta:
        """Note a try in vain. Return how long the next one waits."""
        pause: timedelta = min(FIRST_PAUSE * 2**self.count, LONGEST_PAUSE)
        self.count, self.next_at = self.count + 1, now + pause
        return pause


@dataclass(kw_only=True, slots=True)
class Teller:
    """Hands what is to be told to threads, and takes in what came of it at its next look.

    Threads, for the control worker's loop is a single one and may wait for nobody's mail server; not a task, for that
    would be in the same loop. They touch no database: what they send is made before. Once the box's services have
    units of their own, this one moves into one that may use the network, which the control worker then need not.
    """

    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(AT_ONCE, "telling"))
    _under_way: "dict[Word, Future[object]]" = field(default_factory=dict)
    _tries: dict[Word, Tries] = field(default_factory=dict)
    _told: set[Word] = field(default_factory=set)

    def look(self, now: datetime) -> None:
        """Take in what was told, and tell what is due. Return at once. Only one process may call it."""
        self._take_in(now)
        words: set[Word] = set()
        for job in BatchJob.objects.to_tell(now - TELLS_FOR).select_related("endpoint", "owner", "version"):
            ways = {(job.pk, job.attempt, name): send for name, send in _ways(job).items()}
            words |= ways.keys()
            for word, send in ways.items():
                self._begin(word, send, now)
            if ways.keys() <= self._told:
                BatchJob.objects.filter(pk=job.pk, attempt=job.attempt).update(told_at=now)
        self._forget_all_but(words)

    def _begin(self, word: Word, send: Send, now: datetime) -> None:
        if word in self._told or word in self._under_way:
            return
        next_at = self._tries.setdefault(word, Tries()).next_at
        if next_at is None or next_at <= now:
            future: Future[object] = self._pool.submit(send)
            self._under_way[word] = future

    def _take_in(self, now: datetime) -> None:
        for word, future in [each for each in self._under_way.items() if each[1].done()]:
            del self._under_way[word]
            error = future.exception()
            if error is None:
                self._told.add(word)
                continue
            pause = self._tries[word].note(now)
            unexpected = None if isinstance(error, NOT_TAKEN) else error
            logger.warning(
                "The %s of job %d was not taken (%s); again in %s.", word[2], word[0], error, pause, exc_info=unexpected
            )

    def _forget_all_but(self, words: set[Word]) -> None:
        self._told &= words
        self._tries = {word: tries for word, tries in self._tries.items() if word in words or word in self._under_way}


def _ways(job: BatchJob) -> dict[str, Send]:
    """Return how a job is told of, as far as that is allowed and possible still."""
    ways: dict[str, Send] = {}
    if job.webhook and webhooks.is_allowed(job.webhook, settings.WEBHOOK_HOSTS):
        ways["webhook"] = partial(webhooks.post, job.webhook, webhooks.payload(job, settings.PUBLIC_URL))
    if job.mail and mail_is_possible(job.owner):
        ways["mail"] = letter(job).send
    return ways


def require_tellable(owner: User, webhook: str, *, mail: bool) -> None:
    """Raise JobChoiceError unless an end can be told in these ways."""
    if webhook:
        webhooks.require_allowed(webhook, settings.WEBHOOK_HOSTS)
    if mail:
        require_possible(owner)


TELLER: Final = Teller()


def tell_of_ends(now: datetime) -> None:
    """Tell what is due of the ends of jobs. Return at once."""
    TELLER.look(now)
