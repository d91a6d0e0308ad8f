"""`manage.py publish DIR`: publish what a script wrote, by the same code as an upload, and tell the outcome."""

import time
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser

from webapp.accounts.models import User
from webapp.registry.errors import RegistryError
from webapp.registry.models import ModelVersion, Status
from webapp.registry.publications import read_submission
from webapp.registry.publishing import publish

POLL_S: Final = 0.1


class Command(BaseCommand):
    """Publishes a directory."""

    help = "Publish a directory with model.skops, reference.csv and publication.json."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the directory, the publisher, and whether to wait."""
        parser.add_argument("directory", type=Path, metavar="DIR")
        parser.add_argument("--user", default="admin", help="the publisher")
        parser.add_argument("--wait", action="store_true", help="wait for the outcome of the inspection")
        parser.add_argument("--timeout", type=float, default=180.0, help="how many seconds to wait")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Publish, wait when asked to, and print one sentence."""
        user = User.objects.filter(username=options["user"]).first()
        if user is None or not user.may_publish:
            message = f"'{options['user']}' is no user who may publish. Name a publisher with --user."
            raise CommandError(message)
        try:
            version = publish(user, read_submission(options["directory"]))
        except RegistryError as error:
            message = f"{error.message}\n{error.hint}"
            raise CommandError(message) from error
        if options["wait"]:
            version = wait(version, options["timeout"])
        self.stdout.write(outcome_sentence(version))
        if version.status == Status.REJECTED:
            raise CommandError(version.hint or "Publish a corrected model.")


def wait(version: ModelVersion, timeout_s: float) -> ModelVersion:
    """Return the version once its inspection is over. Raise CommandError if that takes longer than `timeout_s`."""
    end_s = time.monotonic() + timeout_s
    while version.status == Status.INSPECTING:
        if time.monotonic() > end_s:
            message = (
                f"{version} is still being inspected after {timeout_s:.0f} s. "
                "Look at logs/ in the data directory: the processes 'jobs' and 'control' must run."
            )
            raise CommandError(message)
        time.sleep(POLL_S)
        version.refresh_from_db()
    return version


def outcome_sentence(version: ModelVersion) -> str:
    """Return what became of a version, in one sentence."""
    match Status(version.status):
        case Status.INSPECTING:
            return f"{version} waits for its inspection."
        case Status.REJECTED:
            return f"{version} is rejected: {version.reason}"
        case Status.RETIRED | Status.ARCHIVED | Status.DELETED:
            return f"{version} is {version.status}."
        case Status.READY:
            manifest = version.manifest
            return f"{version} is ready; {manifest.engine} computes its predictions ({manifest.engine_reason})."
