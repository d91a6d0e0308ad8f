"""`manage.py list_models`: the models that a user manages, as JSON."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from webapp.accounts.models import User
from webapp.registry.models import RegisteredModel


class Command(BaseCommand):
    """Lists models."""

    help = "List the models that a user manages, each with its newest version, as JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the user."""
        parser.add_argument("--user", default="admin", help="whose models")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print the list."""
        user = User.objects.filter(username=options["user"]).first()
        if user is None:
            message = f"There is no user '{options['user']}'.\nName a publisher with --user."
            raise CommandError(message)
        models = RegisteredModel.objects.visible_to(user).with_newest_version()
        self.stdout.write(json.dumps([_described(model) for model in models]))


def _described(model: RegisteredModel) -> dict[str, Any]:
    newest = model.newest_version
    known = {"version": newest.number, "status": newest.status} if newest else {"version": 0, "status": "none"}
    return {"name": model.name, "title": model.title, **known}
