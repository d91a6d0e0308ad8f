"""`manage.py note_nightly_backup SIGN`: says in the audit trail that the timer had a backup made."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from webapp.audit.models import Action, AuditEvent, Entry

CARE = "bastide-care"
"""The account that makes nightly backups."""


class Command(BaseCommand):
    """Notes the backup of the night."""

    help = "Note in the audit trail the nightly backup that a sign tells of, once."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the sign: a file with a line that says where the backup lies."""
        parser.add_argument("sign", type=Path, help="the file that says where the backup lies")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Note it, unless the trail knows it."""
        file = options["sign"].read_text().strip()
        if not AuditEvent.objects.filter(action=Action.BOX_BACKED_UP, after__file=file).exists():
            facts = {"file": file, "system_account": CARE, "by_timer": True}
            AuditEvent.objects.record(Entry(action=Action.BOX_BACKED_UP, after=facts))
