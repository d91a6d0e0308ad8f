"""`manage.py apply_retention`: removes what was kept for a time only, once that is over; a timer does it daily."""

from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection
from django.utils import timezone

from webapp.box import canary
from webapp.jobs import clearing


class Command(BaseCommand):
    """Ends what is kept for a time."""

    help = "Remove sessions that ended, files of jobs whose time is over, and keys left from a look at the box."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Remove it. Each part is whole by itself: what fails is done tomorrow."""
        now = timezone.now()
        import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
        clearing.clear(now)
        keys = canary.end_left_over(now)
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA optimize")  # SQLite looks again at how its tables are filled
        self.stdout.write(f"Removed what was over at {now:%Y-%m-%d %H:%M} UTC; keys left from looks: {keys}.")
