"""`manage.py end_canary ID`: deletes the key of one prediction, and no other key."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from webapp.box import canary


class Command(BaseCommand):
    """Deletes a key that was made for one prediction."""

    help = "Delete the key that make_canary made."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the key's number."""
        parser.add_argument("key_id", type=int, help="the key's number, as make_canary printed it")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Delete the key."""
        canary.end(options["key_id"])
