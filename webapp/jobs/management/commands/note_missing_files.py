"""`manage.py note_missing_files`: after a backup was restored, tell apart the jobs whose files did not come with it."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from webapp.jobs.missing import take_note


class Command(BaseCommand):
    """Takes note of missing files."""

    help = "Cancel jobs whose files are gone, and take note that there is nothing to fetch. The box must not run."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Print how many there were."""
        self.stdout.write(str(take_note(timezone.now())))
