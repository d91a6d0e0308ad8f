"""`manage.py ask_canary SOCKET`: one prediction, asked before each hourly look at the box."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from webapp.box import asking


class Command(BaseCommand):
    """Asks the site for one prediction, and keeps what came of it."""

    help = "Ask the site for one prediction, and keep what came of it for bastide doctor."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the socket."""
        parser.add_argument("site", type=Path, help="the socket of the site")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Ask, and say what came of it."""
        found = asking.ask(options["site"], timezone.now())
        self.stdout.write(f"{found['endpoint'] or 'nothing is deployed'}: {found['status']}")
