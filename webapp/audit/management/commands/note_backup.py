"""`manage.py note_backup FILE WHO`: says in the audit trail that a backup was made, which holds all secrets."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from webapp.audit.models import Action, AuditEvent, Entry


class Command(BaseCommand):
    """Notes a backup."""

    help = "Note in the audit trail that a backup was made."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take where it lies, who made it, and what it holds beside the rest."""
        parser.add_argument("file", help="where the backup lies")
        parser.add_argument("who", help="the account in whose terminal it was made")
        parser.add_argument("--with-journal", action="store_true", help="it holds the journal")
        parser.add_argument("--with-results", action="store_true", help="it holds the files of jobs")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Note it."""
        facts = {"file": options["file"], "system_account": options["who"]}
        facts |= {name: True for name in ("with_journal", "with_results") if options[name]}
        AuditEvent.objects.record(Entry(action=Action.BOX_BACKED_UP, after=facts))
