"""`manage.py note_restoration`: after a backup was restored, says so in the audit trail, and tells lost files apart."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.utils import timezone

from webapp.audit.models import Action, AuditEvent, Entry
from webapp.jobs.missing import take_note


class Command(BaseCommand):
    """Takes note of a restoration."""

    help = "Cancel jobs whose files did not come with a backup, and note the restoration. The box must not run."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take what is known of the backup, and who restored it."""
        parser.add_argument("made_at", help="when the backup was made")
        parser.add_argument("who", help="the account in whose terminal it was restored")

    def handle(self, *_args: Any, made_at: str, who: str, **_options: Any) -> None:
        """Print how many jobs have lost their files."""
        with transaction.atomic():
            facts = {"backup_made_at": made_at, "system_account": who}
            AuditEvent.objects.record(Entry(action=Action.BOX_RESTORED, after=facts))
            count = take_note(timezone.now())
        self.stdout.write(str(count))
