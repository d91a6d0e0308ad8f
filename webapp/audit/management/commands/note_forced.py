"""`manage.py note_forced REASON WHO CHECK…`: says in the audit trail that a box was wanted although checks failed."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from webapp.audit.models import Action, AuditEvent, Entry


class Command(BaseCommand):
    """Notes an installation that somebody forced."""

    help = "Note in the audit trail that the box was installed although checks failed."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take why, who said so, and which checks failed."""
        parser.add_argument("reason", help="why")
        parser.add_argument("who", help="the account in whose terminal it was typed")
        parser.add_argument("checks", nargs="+", help="what failed")

    def handle(self, *_args: Any, reason: str, who: str, checks: list[str], **_options: Any) -> None:
        """Note it."""
        facts = {"system_account": who, "checks": checks}
        AuditEvent.objects.record(Entry(action=Action.BOX_FORCED, reason=reason, after=facts))
