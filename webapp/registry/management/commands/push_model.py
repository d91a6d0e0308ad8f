"""`manage.py push_model NAME ARTIFACT REFERENCE`: publish two files as the form does, and tell the outcome as JSON."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from webapp.accounts.models import User
from webapp.registry.errors import RegistryError, SubmissionWrongError
from webapp.registry.forms import WordsForm
from webapp.registry.management.commands.publish import wait
from webapp.registry.models import ModelVersion
from webapp.registry.publishing import publish


class Command(BaseCommand):
    """Publishes a model."""

    help = "Publish a model with its reference data; print what became of it as JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the files and what is said of them."""
        parser.add_argument("name", metavar="NAME")
        parser.add_argument("artifact", type=Path, metavar="ARTIFACT")
        parser.add_argument("reference", type=Path, metavar="REFERENCE")
        parser.add_argument("--user", default="admin", help="the publisher")
        parser.add_argument("--fields", default="[]", help="JSON list of pairs: fields of the API and their values")
        parser.add_argument("--wait", action="store_true", help="wait for the outcome of the inspection")
        parser.add_argument("--timeout", type=float, default=540.0, help="how many seconds to wait")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Publish, wait when asked to, and print."""
        user = User.objects.filter(username=options["user"]).first()
        if user is None:
            message = f"There is no user '{options['user']}'.\nName a publisher with --user."
            raise CommandError(message)
        try:
            version = _publish(user, options)
        except RegistryError as error:
            message = f"{error.message}\n{error.hint}"
            raise CommandError(message) from error
        if options["wait"]:
            version = wait(version, options["timeout"])
        told = {"version": version.number, "status": version.status, "reason": version.reason, "hint": version.hint}
        self.stdout.write(json.dumps({"model": version.model.name, **told}))


def _publish(user: User, options: dict[str, Any]) -> ModelVersion:
    fields: MultiValueDict[str, str] = QueryDict(mutable=True)
    for name, value in json.loads(options["fields"]):
        fields.appendlist(name, value)
    form = WordsForm(fields)
    if not form.is_valid():
        name, errors = next(iter(form.errors.items()))
        raise SubmissionWrongError(name, str(errors[0]))
    return publish(user, form.submission_of(options["name"], options["artifact"], options["reference"]))
