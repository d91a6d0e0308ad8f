"""`manage.py create_key --user NAME`: a new API key, printed once and kept only as a digest."""

import shlex
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from webapp.accounts import terminal
from webapp.accounts.models import ApiKey, User


class Command(BaseCommand):
    """Creates an API key."""

    help = "Create an API key and print it, and nothing else."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the user and a label."""
        parser.add_argument("--user", required=True, help="whose key it is")
        parser.add_argument("--label", default="", help="a label by which to recognise the key")
        terminal.add_option(parser)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Make the key."""
        user = User.objects.filter(username=options["user"]).first()
        if user is None:
            name = options["user"]
            message = f"There is no user '{name}'.\n./bastide user add {shlex.quote(name)} --role user"
            raise CommandError(message)
        with terminal.typed_by(options["machine_account"]):
            _key, text = ApiKey.objects.create_key(user, options["label"][:100])
        self.stdout.write(text)
